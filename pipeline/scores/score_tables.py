"""What is graded of one simulated world seen through one feed: tables of signals made the ordinary way, and the truth.

A world is a folder: `public/VENUE_SYMBOL_FEED.gz` as a recorder would have written it, for each market and feed, and
`truth/TABLE.parquet`, of `pipeline.simulator.truth`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from pipeline.errors import FootprintError
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.plan import Wanted, make_plan
from pipeline.reader import LakeReader
from pipeline.run import Progress, run_plan
from pipeline.simulator.capture import Feed
from pipeline.simulator.capture_files import capture_name
from pipeline.simulator.truth import TRUTH
from pipeline.sources import SOURCES
from signals import SIGNALS

PERP, SPOT = Market("binance-usdm", "BTCUSDT"), Market("binance-spot", "BTCUSDT")
_SOURCE = "binance-capture"

_READ = {
    "taker_flow": ("bar_end", "coverage"),
    "book_state": ("bar_end", "state", "bid_px", "ask_px"),
    "trades": ("venue", "symbol", "event_ts", "qty", "taker_side", "is_off_market"),
    "taker_orders": None,
    "quote_ledger": (
        "bar_end",
        "bid_pull_intensity",
        "ask_pull_intensity",
        "bid_decreased_qty",
        "ask_decreased_qty",
    ),
    "quote_pulls": ("event_ts", "side"),
    "sweeps": None,
    "wash_like_pairs": None,
    "replenishment": None,
    "maker_flow": None,
    "maker_inventory": None,
    "inventory_state": None,
    "volatility_regime": None,
}
"""Tables read of the perpetual, and of each the columns: None, all."""


@dataclass(frozen=True, slots=True)
class ScoreTables:
    """Frames of the perpetual: of signals by name of table, and of the truth; its tick; parameters by signal.

    Truths are cut to what was recorded: taker orders to the time of the tape, icebergs to those that stood in it,
    with the refills they had in it: several peaks that one taker order took count once, since nobody sees them apart.
    """

    signals: Mapping[str, pl.DataFrame]
    truth: Mapping[str, pl.DataFrame]
    tick: float
    params: Mapping[str, Mapping[str, Any]]


def score_tables(folder: Path, feed_interval_ms: int, wanted: Wanted, progress: Progress) -> ScoreTables:
    """Ingest the world's captures of a feed into a lake that is thrown away, compute, and read.

    Raises FP001 if the perpetual has no capture of that feed, ValueError if a step fails.
    """
    with TemporaryDirectory(prefix="footprint-score-") as root:
        lake = Lake(Path(root))
        for market in (PERP, SPOT):
            capture = capture_path(folder, market, feed_interval_ms)
            if market == PERP or capture.exists():
                ingest(lake, SOURCES[_SOURCE], [capture], market, wanted, workers=1)
        report = run_plan(lake, make_plan(lake, wanted, signals=True), workers=1, progress=progress)
        for outcome in report.outcomes:
            if outcome.state == "failed":
                raise ValueError(f"{folder}: {outcome.step} failed: {outcome.error}")
        return read_score_tables(lake.root, folder, wanted)


def read_score_tables(lake: Path, folder: Path, wanted: Wanted) -> ScoreTables:
    """From a lake that holds the world's captures of one feed and all signals, made with `wanted`.

    Raises FP001 if a table of the truth is missing.
    """
    reader = LakeReader(lake)
    frames = {name: _of_perp(reader, name, columns) for name, columns in _READ.items()}
    tick = _of_perp(reader, "instruments", ("tick_size",)).item()
    params = {signal.name: signal.params_of(wanted.preset, wanted.params.get(signal.name, {})) for signal in SIGNALS}
    return ScoreTables(frames, _recorded(read_truth(folder), *_span(frames["taker_flow"])), tick, params)


def capture_path(folder: Path, market: Market, feed_interval_ms: int) -> Path:
    """Where a world keeps what a feed said of a market; feed 0: every event."""
    return folder / "public" / capture_name(market.venue, market.symbol, Feed(1_000 * feed_interval_ms))


def read_truth(folder: Path) -> dict[str, pl.DataFrame]:
    """Tables of the truth by name, cut to the perpetual and to its market makers. Raises FP001 for a missing one."""
    truth = {}
    for name, table in TRUTH.items():
        path = folder / "truth" / f"{name}.parquet"
        if not path.exists():
            raise FootprintError("FP001", f"expected the table {name} of the world's truth", where=str(path))
        rows = pl.read_parquet(path, hive_partitioning=False)
        if "venue" in table.schema:
            rows = rows.filter(pl.col("venue") == PERP.venue, pl.col("symbol") == PERP.symbol)
        truth[name] = rows.select(table.schema.names())
    home = f"{PERP.venue}/{PERP.symbol}"
    owners = truth["owners"].filter((pl.col("kind") != "market_maker") | (pl.col("home") == home))
    makers = owners.filter(pl.col("kind") == "market_maker")["owner"].implode()
    return truth | {"owners": owners, "inventories": truth["inventories"].filter(pl.col("owner").is_in(makers))}


def _of_perp(reader: LakeReader, table: str, columns: tuple[str, ...] | None) -> pl.DataFrame:
    rows = reader.read(table, venue=PERP.venue, symbol=PERP.symbol)
    return (rows if columns is None else rows.select(columns)).collect()


def _span(taker_flow: pl.DataFrame) -> tuple[datetime, datetime]:
    """From when to when the tape was recorded. Raises ValueError if it never was."""
    covered = taker_flow.filter(pl.col("coverage") > 0)["bar_end"]
    if covered.is_empty():
        raise ValueError("expected a recording of at least a second, got none")
    first, last = covered.min(), covered.max()
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    return first - timedelta(seconds=1), last


def _recorded(truth: Mapping[str, pl.DataFrame], first: datetime, after: datetime) -> dict[str, pl.DataFrame]:
    """The truth of [first, after): a detector cannot find what nobody recorded."""
    is_inside = pl.col("event_ts").is_between(first, after, closed="left")
    refills = truth["iceberg_refills"].filter(is_inside)
    key = ["venue", "symbol", "chain"]
    seen = refills.group_by(key).agg(seen=pl.col("taken_ts").n_unique().cast(pl.Int64))
    icebergs = (
        truth["icebergs"]
        .filter(pl.col("end_ts") >= first, pl.col("start_ts") < after)
        .join(seen, on=key, how="left", maintain_order="left")
        .with_columns(n_refills=pl.col("seen").fill_null(0))
        .drop("seen")
    )
    orders = truth["taker_orders"].filter(is_inside)
    return {**truth, "icebergs": icebergs, "iceberg_refills": refills, "taker_orders": orders}
