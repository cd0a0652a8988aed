"""What options on the market say: how much movement they are priced for, against what came, and which side is dear."""

from dataclasses import replace
from typing import Any, Final

import polars as pl

from pipeline.market import Market
from pipeline.report.options_figures import figures_of, in_words, shown
from pipeline.report.provenance import made_from, stretch
from pipeline.report.scope import Scope
from pipeline.report.time_panel import TimeFrame, TimePanel
from pipeline.underlying import chains_on, underlying_of

_QUESTION: Final = "What do options expect, and which side is dear?"
_DAY_MIN: Final = 1_440
_SHORT: Final = "IV, RV and skew"
_KEY: Final = ["bar_end", "maturity_days"]


def options_panel(scope: Scope, frame: TimeFrame) -> TimePanel | None:
    """Implied and realised volatility on one annualisation, risk reversal, and premiums of variance, of the chain whose
    underlying the market is, or that it is; of several the one with most rows. Of a perpetual without one it says so.
    """
    scopes = [replace(scope, market=chain) for chain in _chains(scope)]
    found = [(chain, _rows(chain)) for chain in scopes]
    if not found:
        return _none_recorded(scope) if scope.is_perp else None
    chain, rows = max(found, key=lambda one: one[1].height)  # the first of equals
    recent = _recent(scope, chain.market)
    figures = figures_of(frame, rows, recent, _index(chain))
    others = [str(other.market) for other, _ in found if other.market != chain.market]
    note = made_from(chain, dict.fromkeys(("volatility_skew", "variance_premium"), rows.height), ("option_quotes",))
    sql = "\n".join(
        [
            f"select {', '.join(_KEY)}, s.atm_iv, rr25, bf25, slope, window_min, realised_vol, trailing_premium,",
            "    realised_premium, reference",
            "from volatility_skew as s left join variance_premium using (venue, symbol, bar_end, maturity_days)",
            *_lines(chain),
        ]
    )
    told = _told(chain, rows) + (f" Also recorded: {', '.join(others)}." if others else "")
    return TimePanel(_QUESTION, _SHORT, told, figures, note, sql)


def _lines(chain: Scope) -> list[str]:
    """Where, and in which order."""
    return [*chain.sql("volatility_skew", "").splitlines()[2:-1], f"order by {', '.join(_KEY)}"]


def _chains(scope: Scope) -> list[Market]:
    return [scope.market] if scope.instrument["kind"] == "option" else chains_on(scope.lake, scope.market)


def _rows(chain: Scope) -> pl.DataFrame:
    """Skew of every minute and maturity, with the premium."""
    premiums = chain.rows(
        "variance_premium", *_KEY, "window_min", "realised_vol", "trailing_premium", "trailing_premium_vol",
        "realised_premium",
    )  # fmt: skip
    return chain.rows("volatility_skew", *_KEY, "atm_iv", "rr25").join(premiums, on=_KEY, how="left").sort(_KEY)


def _recent(scope: Scope, chain: Market) -> pl.DataFrame:
    """The underlying's volatility of the longest window that has a value."""
    market = underlying_of(scope.lake, chain)
    if market is None or not scope.lake.live("volatility", market):
        return pl.DataFrame(schema={"bar_end": pl.Datetime("us", "UTC"), "window_min": pl.Int64, "realised_vol": float})
    rows = replace(scope, market=market).rows("volatility", "bar_end", "window_min", "realised_vol")
    return rows.drop_nulls().filter(pl.col("window_min") == pl.col("window_min").max())


def _index(chain: Scope) -> pl.DataFrame:
    """The venue's index of volatility, as DVOL, of the narrowest bars recorded."""
    rows = chain.rows("vol_index", "event_ts", "index_name", "interval_s", "close").rename({"event_ts": "bar_end"})
    rows = rows.filter(index_name=rows["index_name"].min()) if rows.height else rows
    return rows.filter(pl.col("interval_s") == pl.col("interval_s").min())


def _told(chain: Scope, rows: pl.DataFrame) -> str:
    underlying = underlying_of(chain.lake, chain.market)
    head = f"Options of {chain.market}, held against {underlying or 'no other market'}."
    maturities = shown(rows)
    if not maturities:
        why = (
            "no minute with quotes in this time is over"
            if rows.is_empty()
            else "too few good quotes on either side of an expiry"
        )
        return f"{head} No volatility at a constant maturity is known: {why}."
    parts = [head]
    for days in maturities:
        last = rows.filter(pl.col("maturity_days") == days).drop_nulls("atm_iv").row(-1, named=True)
        parts.append(f"{days} d at {last['bar_end']:%H:%M} UTC: implied {100 * last['atm_iv']:.1f} %{_side(last)}.")
        parts.append(_premium_told(last, underlying))
    if rows["trailing_premium"].count() + rows["realised_premium"].count():
        parts.append(
            "The premium is against the returns before it, and known then; what a seller of variance earned is known, "
            "and drawn, when the window is over."
        )
    return " ".join(parts) + _unlike(rows)


def _unlike(rows: pl.DataFrame) -> str:
    """That windows were shortened, so that premiums compare what is not alike."""
    is_unlike = (rows["window_min"] != rows["maturity_days"] * _DAY_MIN).any()
    return (
        " Windows of returns are not as long as the maturities: nothing can be told of a premium." if is_unlike else ""
    )


def _side(row: dict[str, Any]) -> str:
    """Which side is dear."""
    if row["rr25"] is None:
        return ""
    points = 100 * row["rr25"]
    return f", 25-delta calls {abs(points):.1f} points {'dearer' if points > 0 else 'cheaper'} than puts"


def _premium_told(row: dict[str, Any], underlying: Market | None) -> str:
    length = "its window" if row["window_min"] is None else in_words(row["window_min"])
    if row["trailing_premium"] is None:
        return f"Its premium is not known: that takes {length} of mids of {underlying or 'another market'}."
    points = 100 * row["trailing_premium_vol"]
    return (
        f"Realised over {length} before {100 * row['realised_vol']:.1f} %: options {abs(points):.1f} points "
        f"{'above' if points > 0 else 'below'} it, a premium of {row['trailing_premium']:.4f} of variance a year."
    )


def _none_recorded(scope: Scope) -> TimePanel:
    told = f"No chain of options in this lake has {scope.market} for its underlying, so no implied volatility, no skew "
    told += "and no premium are known. A [[pair]] in footprint.toml names the underlying of a chain"
    chains = sorted({file.market for file in scope.lake.live("variance_premium")})
    if chains:
        told += "; recorded here: " + ", ".join(
            f"{chain} (against {underlying_of(scope.lake, chain) or 'none'})" for chain in chains
        )
    return TimePanel(
        _QUESTION, _SHORT, f"{told}.", [], f"{stretch(scope)}.", scope.sql("volatility_skew", "bar_end, atm_iv, rr25")
    )
