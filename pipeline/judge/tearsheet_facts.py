"""What a tearsheet states of its signal and of what it was judged on: identity, sample, rows of the scorecard."""

from typing import TYPE_CHECKING, Any, Final

from pipeline.fingerprint import fingerprint, schema_digest
from pipeline.judge.tearsheet_series import median_ms, nearest
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.reader import LakeReader
from pipeline.scores.shortfalls import SCORECARD, scorecard_rows
from pipeline.timerange import Moment

if TYPE_CHECKING:
    import polars as pl

    from backtest.claims.claim import Claim
    from backtest.tearsheet.book_mids import BookMids
    from backtest.tearsheet.case import Case

_GAPS_TOLD: Final = 20
_DETECTORS: Final = {
    "quote_ledger": ("quote_pulls",),
    "maker_inventory": ("maker_inventory_fixed",),
    "inventory_state": ("maker_inventory", "maker_inventory_averaged"),
    "replenishment_rate": ("replenishment",),
}
"""Detectors of the scorecard behind a table of another name."""


def identity_facts(lake: Lake, claim: "Claim", market: Market) -> dict[str, Any]:
    """What is judged: the signal as it was computed, and what was registered of it beforehand."""
    signal = claim.signal
    made = [lake.lineage(claim.table.name, file) for file in lake.live(claim.table.name, market)]
    presets = sorted({str(one.get("preset", "default")) for one in made})
    params = {_text(one.get("parameters", {})): one.get("parameters", {}) for one in made}
    versions = sorted({int(one.get("version", signal.version)) for one in made})
    definition = fingerprint(
        signal=signal.name,
        versions=versions,
        parameters=sorted(params),
        schema=schema_digest(claim.table),
        claim=[claim.name, claim.column, claim.forecast, claim.sign, claim.sign_now, claim.horizon_s, claim.window_s],
    )
    sign = "more of it, a higher mid" if claim.sign > 0 else "more of it, a lower mid"
    if claim.forecast == "size":
        sign = "more of it, larger moves" if claim.sign > 0 else "more of it, smaller moves"
    return {
        "signal": signal.name,
        "version": versions,
        "definition": definition,
        "claim": claim.name,
        "says": claim.says,
        "table": claim.table.name,
        "column": claim.column,
        "forecast": claim.forecast,
        "sign": claim.sign,
        "sign_means": sign,
        "registered": claim.registered,
        "horizon_s": claim.horizon_s,
        "window_s": claim.window_s,
        "looks_back_s": claim.lookback_s,
        "preset": presets,
        "parameters": " | ".join(sorted(params)),
    }


def _text(parameters: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in sorted(parameters.items()))


def sample_facts(
    reader: LakeReader,
    case: "Case",
    market: Market,
    book: Market,
    cases: dict[Market, "Case"],
    since: Moment | None,
    until: Moment | None,
) -> dict[str, Any]:
    """What was there: span, coverage, gaps and delays. book: the market whose mid was forecast."""
    import numpy as np

    from backtest.tearsheet.stability import stated

    series, mids = case.series, case.mids
    seen = np.isfinite(series.value)
    time = {"since": since, "until": until}
    gaps = _gaps(reader, book, mids)
    return {
        "venue": market.venue,
        "symbol": market.symbol,
        "mid_of": str(book),
        "other_markets": [str(other) for other in cases if other != market],
        "since": stated(mids.first),
        "until": stated(mids.last),
        "days": int(np.unique(series.day[seen]).size),
        "seconds_of_book": int(mids.log_mid.size),
        "book_ok_share": float(np.isfinite(mids.log_mid).mean()),
        "signal_rows": series.rows,
        "signal_rows_without_value": series.nulls,
        "signal_rows_merged": series.merged,
        "signal_values": int(seen.sum()),
        "signal_step_s": series.step_s,
        "picked": _picked(reader, case.claim, {"venue": market.venue, "symbol": market.symbol, **time}),
        "feed_interval_ms": median_ms(reader, {"venue": book.venue, "symbol": book.symbol, **time}),
        "gaps_of_the_book": gaps.height,
        "gaps": [
            {name: str(value) for name, value in row.items()} for row in gaps.head(_GAPS_TOLD).iter_rows(named=True)
        ],
        "delay_ms": series.delay_ms,
        "latency_ms": case.latency_ms,
        "controls": list(case.controls),
    }


def _gaps(reader: LakeReader, market: Market, mids: "BookMids") -> "pl.DataFrame":
    """Gaps of the book that reach into the time of its mids, in order."""
    import polars as pl

    rows = reader.read("gaps", venue=market.venue, symbol=market.symbol)
    return (
        rows.filter(pl.col("table_name") == "book_updates", pl.col("reason") != "before_recording")
        .filter(pl.col("to_ts").dt.timestamp("us") >= mids.first, pl.col("from_ts").dt.timestamp("us") <= mids.last)
        .select("from_ts", "to_ts", "reason")
        .sort("from_ts")
        .collect()
    )


def _picked(reader: LakeReader, claim: "Claim", wanted: dict[str, Any]) -> str | None:
    """Which of several windows or half-lives was judged: of those in the time, as the case was made."""
    if claim.pick is None:
        return None
    return f"{claim.pick[0]} = {nearest(reader.read(claim.table.name, **wanted), claim.pick)}"


def scorecard_facts(claim: "Claim") -> dict[str, Any]:
    """Rows of docs/scorecard.md for the signal's detectors."""
    if not SCORECARD.exists():
        return {"rows": [], "why": "docs/scorecard.md is in the repository, and an installed package has none"}
    wanted = _DETECTORS.get(claim.table.name, (claim.table.name,))
    rows = [row for row in scorecard_rows(SCORECARD.read_text()) if row["detector"] in wanted]
    why = None if rows else f"no detector of docs/scorecard.md finds what is in {claim.table.name}"
    return {"rows": rows, "why": why}
