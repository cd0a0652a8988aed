"""The demo: a simulated perpetual and its spot through the whole path, and what came out."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    import duckdb

_SHOWN_ROWS = 5


def demo(
    *,
    lake: Annotated[Path, Parameter(help="Folder for the demo's lake.")] = Path("data/demo"),
    seed: Annotated[int, Parameter(help="Another seed, another market.")] = 7,
) -> int:
    """Simulate a perpetual and its spot, run everything, show what came out. Needs no network and no data."""
    from pipeline.commands.work import compute, ingest, publish
    from pipeline.warehouse import open_catalogue

    raws = _simulated(lake / "_raw", seed)
    codes = [ingest("binance-capture", [raw], venue=venue, symbol="BTCUSDT", lake=lake) for venue, raw in raws.items()]
    codes += [compute(lake=lake, preset="demo"), publish(lake=lake)]
    with open_catalogue(lake) as connection:
        print(_shown(connection))
    print(_scored(lake, seed))
    print(_whereabouts(lake))
    return max(codes)


def _scored(lake: Path, seed: int) -> str:
    from pipeline.scores.score_demo import demo_scores

    if len([*(lake / "_raw").glob("seed*")]) > 1:
        return "\nNot scored: several seeds lie in this lake, and they are not one market."
    return demo_scores(lake, lake / "_raw" / f"seed{seed}", seed)


def _simulated(folder: Path, seed: int) -> dict[str, Path]:
    """The captures by venue; made unless they stand already: the same seed gives the same bytes."""
    from datetime import timedelta

    from pipeline.simulator.capture_files import capture_name
    from pipeline.simulator.presets import DEMO_START, SMALL
    from pipeline.simulator.simulate import DEMO_FEED, simulate
    from pipeline.simulator.truth import TRUTH

    folder = folder / f"seed{seed}"
    names = {market.venue: capture_name(market.venue, market.symbol, DEMO_FEED) for market in SMALL.markets}
    raws = {venue: folder / "public" / name for venue, name in names.items()}
    truths = [folder / "truth" / f"{name}.parquet" for name in TRUTH]
    if all(path.exists() for path in (*raws.values(), *truths)):
        print(f"simulated: {folder} (made before)", file=sys.stderr)
        return raws
    print(f"simulating twenty minutes of two markets around midnight UTC (seed {seed})", file=sys.stderr)
    simulate(folder, SMALL, seed=seed, duration=timedelta(minutes=20), feeds=[DEMO_FEED], start=DEMO_START)
    return raws


def _shown(connection: "duckdb.DuckDBPyConnection") -> str:
    from pipeline.plan import TABLES

    counts = connection.sql("select table_name, n_rows from publication order by n_rows desc").fetchall()
    parts = [
        "\nTables made from simulated markets, with windows shortened to their twenty minutes (preset demo).\n"
        "The numbers show the path, not a real venue:\n"
    ]
    parts += [f"  {name:<18} {rows:>9,} rows" for name, rows in counts if rows]
    for table in _COLUMNS:
        parts.append(f"\n{table}: {TABLES[table].grain}. Five rows, some columns:\n")
        parts.append(_five_rows(connection, table))
    return "\n".join(parts)


def _whereabouts(lake: Path) -> str:
    program = _program()
    return (
        f"\nWhere it lies\n"
        f"  the recordings      {lake / '_raw'}\n"
        f"  tables              {lake}\n"
        f"  catalogue for SQL   {lake / 'footprint.duckdb'}\n"
        f"\nThe next command makes a page with pictures of all of it, to open in a browser:\n"
        f"  {program} report --lake {lake} --out {lake / 'report'}\n"
        f"\nWhat else\n"
        f"  {program} tearsheet --all --lake {lake} --out {lake / 'report' / 'tearsheets'}     each signal judged\n"
        f"  {program} score --seeds 1 --hours 1 --feed 100ms     how well do the detectors find what is there?\n"
        f"  {program} sql @flow_and_move --lake {lake}        did the mid move with the takers, minute by minute?\n"
        f"  {program} export taker_flow --to taker_flow.parquet --lake {lake}\n"
        f"  {program} ingest binance-capture YOUR_FILES --venue binance-usdm --symbol BTCUSDT"
    )


def _program() -> str:
    """How to call this program from here: as it was called, unless it is on the path."""
    return "footprint" if shutil.which("footprint") else sys.argv[0]


_COLUMNS = {
    "book_state": "bar_end, bid_px, bid_qty, ask_px, ask_qty, round(imbalance_1, 3) as imbalance_1, "
    "round(imbalance_10bps, 3) as imbalance_10bps, round(spread_bps, 3) as spread_bps, ofi_1",
    "taker_aggression": "bar_end, net_qty_1s, net_qty_10s, net_qty_60s, round(ratio_10s, 3) as ratio_10s, n_orders_10s",
    "footprint": "bar_end, round(pull_strength, 2) as pull_strength, round(sweep_strength, 2) as sweep_strength, "
    "round(inventory_strength, 2) as inventory_strength, inventory_reading, n_strong",
    "quote_ledger": "bar_end, round(bid_decreased_qty, 3) as bid_decreased, round(bid_traded_qty, 3) as bid_traded, "
    "round(bid_cancelled_qty, 3) as bid_cancelled, round(bid_unattributable_qty, 3) as bid_unattributable, "
    "round(pull_imbalance, 2) as pull_imbalance, round(update_ms) as update_ms",
    "sweeps": "event_ts, side, levels, qty, round(span_bps, 3) as span_bps, depth_consumed_qty, hidden_excess_qty",
    "replenishment": "start_ts, known_ts, side, price, n_refills, executed_qty, displayed_peak_qty, median_refill_ms",
    "basis": "bar_end, round(basis_mid_bps, 3) as basis_mid_bps, mid_source, round(basis_index_bps, 3) as "
    "basis_index_bps, round(funding_apr, 4) as funding_apr, interval_h, staleness_ms",
    "maker_inventory": "bar_end, half_life_min, round(inventory_qty, 3) as inventory_qty, "
    "round(z_level, 2) as z_level, round(q_level, 3) as q_level, coverage, round(confidence, 3) as confidence",
    "reversion_signal": "bar_end, state, direction, reason, round(z_level, 2) as z_level, round(mid, 2) as mid",
}
"""The tables shown, and of each the columns that fit a screen."""


def _five_rows(connection: "duckdb.DuckDBPyConnection", table: str) -> str:
    """Five rows from the middle of the table, as text."""
    columns = _COLUMNS[table]
    from pipeline.plan import TABLES

    perp = "venue = 'binance-usdm'"
    skip = f"(select count(*) // 2 from {table} where {perp})"
    order = ", ".join(("known_ts", *TABLES[table].key))
    query = f"select {columns} from {table} where {perp} order by {order} limit {_SHOWN_ROWS} offset {skip}"
    relation = connection.sql(query)
    rows = [[str(value).removesuffix("+00:00") for value in row] for row in relation.fetchall()]
    widths = [max(map(len, column)) for column in zip(relation.columns, *rows, strict=True)]
    return "\n".join(
        "  " + "  ".join(value.rjust(width) for value, width in zip(row, widths, strict=True))
        for row in [relation.columns, *rows]
    )
