"""A day of Tardis increments to committed tables, beside conversions of the same file by Polars: bare, and to the same
columns.

`python -m benchmarks.ingest_race FILE [--rounds 3] [--write [PATH]]`: FILE is an incremental_book_L2 of BTCUSDT on
binance-futures without bad lines. Each contender is a command of its own, so that start and imports count; they take
turns. Rows are compared before anything is timed; slowness never fails. Linux only.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import polars as pl

from benchmarks.day import MARKET, run, run_command
from benchmarks.end_to_end import Stage
from benchmarks.measure import machine, versions
from benchmarks.report import PAGE, RACE, table, with_section

BARE: Final = "Polars, scan_csv to sink_parquet"
SAME: Final = "Polars, scan_csv to sink_parquet of our columns"
WRITTEN: Final = "footprint ingest, until the day's tables are written"
COMMITTED: Final = "footprint ingest, whole command"
NOTES: Final = {
    BARE: "the columns as they came, times and sides as text and integers; no checks",
    SAME: "the seventeen columns of book_updates, zstd level 1 as ours; no checks",
    WRITTEN: "file hashed; each line checked; messages told apart, copies and losses looked for; seventeen columns",
    COMMITTED: "the same, then the book replayed for gaps and for the next day, and all of it committed",
}
_TOLD: Final = ("python", "numba", "polars", "pyarrow", "isal")
_LAST_LINE: Final = "normalise"
"""Begins what the command says last before the first of these figures."""
_CONVERT: Final = "import sys, polars; polars.scan_csv(sys.argv[1]).sink_parquet(sys.argv[2])"
_CONVERT_SAME: Final = """
import sys
import polars as pl
us, none = pl.Datetime("us", "UTC"), pl.lit(None, pl.Int64)
event, recv = pl.col("timestamp").cast(us), pl.col("local_timestamp").cast(us)
moment = "timestamp", "local_timestamp", "is_snapshot"
begins = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in moment)
pl.scan_csv(sys.argv[1]).select(
    event_ts=event, publish_ts=pl.lit(None, us), recv_ts=recv,
    known_ts=pl.max_horizontal(recv, event + pl.duration(milliseconds=100)), clock=pl.lit("publish"),
    seq=pl.int_range(pl.len()), msg_id=begins.cum_sum().cast(pl.Int64) - 1, update_id=none, first_update_id=none, prev_update_id=none,
    is_snapshot="is_snapshot", side=pl.when(pl.col("side") == "bid").then(1).otherwise(-1).cast(pl.Int8),
    price="price", qty="amount", qty_native="amount", is_backwards=pl.col("timestamp").diff().fill_null(0) < 0,
    source=pl.lit("tardis"),
).sink_parquet(sys.argv[2], compression="zstd", compression_level=1)
"""
_OURS: Final = (pl.col("price", "qty", "side"), pl.col("recv_ts").dt.epoch("us").alias("recv"))
_SUMS: Final = {"price": 1e4, "qty": 1e6, "side": 1.0, "recv": 1.0}
"""What is summed, as whole numbers of so many to one: sums of whole numbers do not depend on the order."""


@dataclass(frozen=True, slots=True)
class Race:
    """Figures of each round by contender, in the order of the rounds, and what was compared before."""

    rounds: Mapping[str, Sequence[Stage]]
    rows: int
    load: float


def race(path: Path, rounds: int) -> Race:
    """Run the contenders in turn, once to compare and then `rounds` times. Raises SystemExit if rows differ."""
    load = os.getloadavg()[0]
    spent: dict[str, list[Stage]] = {name: [] for name in NOTES}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _turn(path, folder)
        theirs, ours = bare_sums(folder / "bare.parquet"), lake_sums(folder / "lake")
        same = same_sums(folder / "same.parquet")
        if not theirs == same == ours:
            raise SystemExit(f"NOT EQUAL: the file has {theirs}, of our columns {same}, the lake {ours}")
        for _ in range(rounds):
            for contender, stage in _turn(path, folder).items():
                spent[contender].append(stage)
    return Race(spent, theirs["rows"], load)


def _turn(path: Path, folder: Path) -> dict[str, Stage]:
    """What each contender took, start to end."""
    shutil.rmtree(folder / "lake", ignore_errors=True)
    bare, same = (
        run_command([sys.executable, "-c", script, str(path), str(folder / f"{name}.parquet")])
        for name, script in (("bare", _CONVERT), ("same", _CONVERT_SAME))
    )
    ours = run("ingest", "tardis", path, *MARKET, "--lake", folder / "lake")
    written = next(at for at, stage in enumerate(ours) if stage.name == _LAST_LINE) + 1
    return {BARE: _whole(bare), SAME: _whole(same), WRITTEN: _whole(ours[:written]), COMMITTED: _whole(ours)}


def _whole(stages: Sequence[Stage]) -> Stage:
    wall, cpu = sum(stage.wall for stage in stages), sum(stage.cpu for stage in stages)
    return Stage("", wall, cpu, max(stage.peak_mb for stage in stages))


def bare_sums(path: Path) -> dict[str, int]:
    """Rows and sums of the bare conversion."""
    rows = pl.scan_parquet(path).select(
        "price",
        qty="amount",
        side=pl.when(pl.col("side") == "bid").then(1).otherwise(-1),
        recv="local_timestamp",
    )
    return _sums(rows)


def same_sums(path: Path) -> dict[str, int]:
    """Rows and sums of the conversion to our columns."""
    return _sums(pl.scan_parquet(path).select(*_OURS))


def lake_sums(root: Path) -> dict[str, int]:
    """Rows and sums of the lake's book_updates."""
    from pipeline.lake import Lake, scan_parts
    from signals.inputs.trading import BOOK_UPDATES

    files = [(root / BOOK_UPDATES.name / file.path, file.market) for file in Lake(root).live(BOOK_UPDATES.name)]
    return _sums(scan_parts(BOOK_UPDATES, files).select(*_OURS))


def _sums(rows: pl.LazyFrame) -> dict[str, int]:
    sums = [_whole_numbers(name, scale).cast(pl.Int128).sum() for name, scale in _SUMS.items()]
    return rows.select(pl.len().alias("rows"), *sums).collect().row(0, named=True)


def _whole_numbers(name: str, scale: float) -> pl.Expr:
    return pl.col(name) if scale == 1 else (pl.col(name) * scale).round()


def markdown(found: Race, name: str) -> str:
    """The section of the page."""
    bare = found.rounds[BARE]
    rows = []
    for contender, stages in found.rounds.items():
        ratios = [stage.wall / other.wall for stage, other in zip(stages, bare, strict=True)]
        rows.append([
            contender, f"{min(stage.wall for stage in stages):.1f}", f"{median(stage.wall for stage in stages):.1f}",
            f"{median(ratios):.2f}", f"{min(stage.cpu for stage in stages):.1f}",
            f"{max(stage.peak_mb for stage in stages):.0f}", NOTES[contender],
        ])  # fmt: skip
    head = ["", f"wall s, min of {len(bare)}", "median", "x Polars", "CPU s", "peak MB", "what it does"]
    named = ", ".join(f"{package} {number}" for package, number in versions().items() if package in _TOLD)
    return "\n\n".join([
        RACE,
        f"Written by `python -m benchmarks.ingest_race FILE --write`. {machine()}; {named}.",
        f"`{name}`, {found.rows:,} updates: rows and sums of prices, sizes, sides and times of receipt are equal in "
        f"the Parquet file and in the lake. Commands of their own in turn, start and imports counted, {len(bare)} "
        f"rounds after one to compare; x Polars is the median of the rounds' ratios of wall time. Other work on the "
        f"machine when the race began: load {found.load:.1f}.",
        table(head, rows),
    ]) + "\n"  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    if not options.file.is_file():
        print(
            f"expected incremental_book_L2.csv.gz of Tardis.dev, binance-futures BTCUSDT, found none: {options.file}",
            file=sys.stderr,
        )
        return 2
    section = markdown(race(options.file, options.rounds), options.file.name)
    print(section)
    if options.write:
        page = options.write.read_text() if options.write.exists() else ""
        options.write.write_text(with_section(page, section))
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest_race", description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="incremental_book_L2.csv.gz of a day")
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--write", nargs="?", type=Path, const=PAGE, help="put the section into the page, %(const)s")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
