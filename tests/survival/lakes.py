"""Lakes made by the real command line, and what stands in them as digests."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl
from deltalake import DeltaTable

from pipeline.plan import TABLES

PROGRAM = Path(sys.executable).with_name("footprint")
MARKET = ("--venue", "binance-usdm", "--symbol", "BTCUSDT")


def command(*arguments: object) -> list[str]:
    return [str(PROGRAM), *map(str, arguments)]


def footprint(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run `footprint ARGUMENTS` to its end."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, f"{arguments}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def config(folder: Path, files: Path) -> Path:
    """A configuration whose lake is in `folder` and whose raw files are all in `files`."""
    path = folder / "footprint.toml"
    path.write_text(
        f'[lake]\nroot = "lake"\n[[raw]]\nsource = "binance-capture"\nmarket = "binance-usdm/BTCUSDT"\n'
        f'files = "{os.path.relpath(files, folder)}/*.gz"\n'
    )
    return path


def through_delta(root: Path) -> dict[str, str]:
    """Digest of every table as its log says, by name."""
    found = {name: root / name for name in TABLES if (root / name / "_delta_log").is_dir()}
    return {name: digest(pl.scan_delta(DeltaTable(path)).collect()) for name, path in found.items()}


def through_catalogue(root: Path) -> dict[str, str]:
    """Digest of every table as the published catalogue says, by name."""
    with duckdb.connect(str(root / "footprint.duckdb"), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return {name: digest(connection.sql(f"select * from {name}").pl()) for name in TABLES}


def digest(frame: pl.DataFrame) -> str:
    """Of all rows, in whatever order they came."""
    columns = sorted(frame.columns)
    lists = [name for name in columns if frame.schema[name].is_nested()]
    deep = [name for name in lists if frame.schema[name] == pl.List(pl.List(pl.String))]
    flat = frame.select(columns).with_columns(pl.col(deep).list.eval(pl.element().list.join("+")))
    plain = flat.with_columns(
        pl.col(lists).cast(pl.List(pl.String)).list.join(",", ignore_nulls=False),
    )
    return hashlib.sha256(plain.hash_rows(seed=1).sort().to_numpy().tobytes()).hexdigest()[:16]


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> Sequence[str]:
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
