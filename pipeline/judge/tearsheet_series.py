"""What a tearsheet reads of one market: its signal, its mids, and what else was known at the time."""

from typing import TYPE_CHECKING, Any, Final

from pipeline.market import Market, sibling_spot
from pipeline.reader import LakeReader
from pipeline.timerange import Moment

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from backtest.claims.claim import Claim
    from backtest.tearsheet.book_mids import BookMids
    from backtest.tearsheet.case import Case
    from backtest.tearsheet.series import Series

    Floats = NDArray[np.float64]

_VOL_S: Final = 900
_LEAST_VOL_S: Final = 30


def case_of(
    reader: LakeReader,
    claim: "Claim",
    market: Market,
    book: Market,
    *,
    since: Moment | None,
    until: Moment | None,
    latency_ms: float,
) -> "Case | None":
    """The case of one market, None without rows of the signal or the book. book: the market whose mid is forecast, of
    a chain of options its underlying."""
    from backtest.tearsheet.case import Case
    from backtest.tearsheet.series import series_of

    time = {"since": since, "until": until}
    wanted = {"venue": book.venue, "symbol": book.symbol, **time}
    mids = mids_in(reader, wanted)
    if mids is None:
        return None
    rows = _signal_rows(reader, claim, {"venue": market.venue, "symbol": market.symbol, **time})
    series = series_of(rows, claim, until=mids.last)
    if not series.rows:
        return None
    controls = _controls(reader, claim, book, wanted, mids, series)
    strata = {"volatility": _volatility(mids, series)} | _funding(reader, wanted, series)
    return Case(claim, str(market), series, mids, latency_ms, controls, strata)


def mids_in(reader: LakeReader, wanted: dict[str, Any]) -> "BookMids | None":
    """Mids of a market by second; None without a row."""
    import polars as pl

    from backtest.tearsheet.book_mids import mids_of

    columns = ("bar_end", "state", "bid_px", "ask_px", "spread_bps")
    books = reader.read("book_state", **wanted).select(columns).collect()
    gaps = (
        reader.read("gaps", venue=wanted["venue"], symbol=wanted["symbol"])
        .filter(pl.col("table_name") == "book_updates")
        .select("from_ts", "to_ts")
        .collect()
    )
    return mids_of(books, gaps) if books.height else None


def nearest(frame: "pl.LazyFrame", pick: tuple[str, int]) -> int | None:
    """The value of the column that is nearest to the one wanted, the smaller of two."""
    import polars as pl

    there = frame.select(pl.col(pick[0]).unique().sort()).collect().to_series().to_list()
    return min(there, key=lambda value: (abs(value - pick[1]), value), default=None)


def median_ms(reader: LakeReader, wanted: dict[str, Any]) -> float | None:
    """Median time between instants with book messages; None where the ledger has none."""
    import polars as pl

    found = reader.read("quote_ledger", **wanted).select(pl.col("update_ms").median()).collect().item()
    return None if found is None else float(found)


def _signal_rows(reader: LakeReader, claim: "Claim", wanted: dict[str, Any]) -> "pl.DataFrame":
    """Columns at, known (us) and value."""
    import polars as pl

    frame = reader.read(claim.table.name, **wanted)
    if claim.pick is not None:
        frame = frame.filter(pl.col(claim.pick[0]) == nearest(frame, claim.pick))
    if claim.where is not None:
        frame = frame.filter(claim.where)
    stamp = "bar_end" if "bar_end" in claim.table.schema else "event_ts"
    return frame.select(
        at=pl.col(stamp).dt.timestamp("us"),
        known=pl.col("known_ts").dt.timestamp("us"),
        value=claim.value.cast(pl.Float64),
    ).collect()


def _controls(
    reader: LakeReader, claim: "Claim", market: Market, wanted: dict[str, Any], mids: "BookMids", series: "Series"
) -> dict[str, "Floats"]:
    """What everybody could see at each place; of sizes, without their sign. One that is never known is left out."""
    import numpy as np

    from backtest.tearsheet.incremental import PAST

    window = max(claim.window_s, claim.horizon_s)
    found = {PAST: mids.backward(series.at, window), "taker flow": _flow(reader, wanted, series, claim.window_s)}
    spot = sibling_spot(market)
    reference = None
    if spot is not None and spot in _markets_with_books(reader):
        reference = mids_in(reader, wanted | {"venue": spot.venue, "symbol": spot.symbol})
    if reference is not None:
        found[f"return of {spot}"] = reference.backward(series.at, window)
    if claim.forecast == "size":
        found = {name: np.abs(values) for name, values in found.items()}
    found["volatility"] = _volatility(mids, series)
    return {name: values for name, values in found.items() if name == PAST or np.isfinite(values).any()}


def _markets_with_books(reader: LakeReader) -> set[Market]:
    rows = reader.read("instruments").select("venue", "symbol").unique().collect().rows()
    return {Market(*names) for names in rows}


def _volatility(mids: "BookMids", series: "Series") -> "Floats":
    """Over a quarter of an hour, or a tenth of a shorter sample."""
    return mids.trailing_vol(series.at, min(_VOL_S, max(mids.log_mid.size // 10, _LEAST_VOL_S)))


def _flow(reader: LakeReader, wanted: dict[str, Any], series: "Series", window_s: int) -> "Floats":
    """Net notional that takers bought over the signal's window; NaN if a second of it is unknown."""
    import numpy as np

    from signals.bars import SECOND

    rows = reader.read("taker_flow", **wanted).select("bar_end", "net_quote").sort("bar_end").collect()
    if not rows.height:
        return np.full(series.at.size, np.nan)
    at = rows["bar_end"].dt.timestamp("us").to_numpy()
    first = int(at[0])
    net = np.full(int((at[-1] - first) // SECOND) + 1, np.nan)
    net[(at - first) // SECOND] = rows["net_quote"].fill_null(np.nan).to_numpy()
    seen = np.isfinite(net)
    sums = np.concatenate([[0.0], np.cumsum(np.where(seen, net, 0.0))])
    counts = np.concatenate([[0], np.cumsum(seen)])
    end = (series.at - first) // SECOND + 1
    inside = (end >= window_s) & (end < sums.size)
    out = np.full(end.size, np.nan)
    b, a = end[inside], end[inside] - window_s
    out[inside] = np.where(counts[b] - counts[a] == window_s, sums[b] - sums[a], np.nan)
    return out


def _funding(reader: LakeReader, wanted: dict[str, Any], series: "Series") -> dict[str, "Floats"]:
    """Funding as it was known last, if there is any."""
    import numpy as np
    import polars as pl

    rows = (
        reader.read("basis", **wanted)
        .select(known=pl.col("known_ts").dt.timestamp("us"), apr=pl.col("funding_apr"))
        .drop_nulls()
        .sort("known")
        .collect()
    )
    if not rows.height:
        return {}
    place = np.searchsorted(rows["known"].to_numpy(), series.known, side="right") - 1
    return {"funding": np.where(place >= 0, rows["apr"].to_numpy()[np.maximum(place, 0)], np.nan)}
