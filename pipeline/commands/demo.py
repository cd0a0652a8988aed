"""The demo: a simulated market through the whole path, and what came out."""

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
    """Simulate a market, run everything, show what came out. Needs no network and no data."""
    from pipeline.commands.work import compute, ingest, publish
    from pipeline.warehouse import open_catalogue

    raw = lake / "_raw" / f"demo_btcusdt_seed{seed}.gz"
    _simulate(raw, seed)
    codes = [
        ingest("binance-capture", [raw], venue="binance-usdm", symbol="BTCUSDT", lake=lake),
        compute(lake=lake),
        publish(lake=lake),
    ]
    with open_catalogue(lake) as connection:
        print(_shown(connection, lake, raw))
    return max(codes)


def _simulate(raw: Path, seed: int) -> None:
    """Write the capture unless it stands already: the same seed gives the same bytes."""
    from pipeline.simulator.demo import write_demo_market

    if raw.exists():
        print(f"simulated market: {raw} (made before)", file=sys.stderr)
        return
    print(f"simulating twenty minutes of a perpetual around midnight UTC (seed {seed})", file=sys.stderr)
    raw.parent.mkdir(parents=True, exist_ok=True)
    write_demo_market(raw, seed=seed)


def _shown(connection: "duckdb.DuckDBPyConnection", lake: Path, raw: Path) -> str:
    from signals import SIGNALS

    counts = connection.sql("select table_name, n_rows from publication order by n_rows desc").fetchall()
    parts = ["\nTables made from a simulated market (numbers show the path, not a real venue):\n"]
    parts += [f"  {name:<18} {rows:>9,} rows" for name, rows in counts if rows]
    for signal in SIGNALS:
        for table in signal.outputs:
            parts.append(f"\n{table.name}: {table.grain}. Five rows, some columns:\n")
            parts.append(_five_rows(connection, table.name))
    program = _program()
    parts.append(
        f"\nWhere it lies\n"
        f"  the recording       {raw}\n"
        f"  tables              {lake}\n"
        f"  catalogue for SQL   {lake / 'footprint.duckdb'}\n"
        f"\nWhat next\n"
        f"  {program} sql @flow_and_move --lake {lake}        did the mid move with the takers, minute by minute?\n"
        f"  {program} export taker_flow --to taker_flow.parquet --lake {lake}\n"
        f"  {program} ingest binance-capture YOUR_FILES --venue binance-usdm --symbol BTCUSDT"
    )
    return "\n".join(parts)


def _program() -> str:
    """How to call this program from here: as it was called, unless it is on the path."""
    return "footprint" if shutil.which("footprint") else sys.argv[0]


_COLUMNS = {
    "book_state": "bar_end, state, bid_px, bid_qty, ask_px, ask_qty, round(imbalance_1, 3) as imbalance_1, "
    "round(spread_bps, 3) as spread_bps, ofi_1",
    "taker_flow": "bar_end, buy_qty, sell_qty, n_prints, n_orders, round(net_quote, 2) as net_quote, cvd_qty, coverage",
}


def _five_rows(connection: "duckdb.DuckDBPyConnection", table: str) -> str:
    """Five rows from the middle of the table, as text."""
    columns = _COLUMNS.get(table, "*")
    skip = f"(select count(*) // 2 from {table})"
    relation = connection.sql(f"select {columns} from {table} order by known_ts limit {_SHOWN_ROWS} offset {skip}")
    rows = [[str(value).removesuffix("+00:00") for value in row] for row in relation.fetchall()]
    widths = [max(map(len, column)) for column in zip(relation.columns, *rows, strict=True)]
    return "\n".join(
        "  " + "  ".join(value.rjust(width) for value, width in zip(row, widths, strict=True))
        for row in [relation.columns, *rows]
    )
