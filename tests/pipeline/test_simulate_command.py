"""footprint simulate: worlds with and without a book, what is stressed, and the check of stylised facts."""

from pathlib import Path

import polars as pl
import pytest

from tests.pipeline.command import footprint

TWO_MINUTES = ("--hours", 2 / 60)


def test_a_short_world(tmp_path: Path) -> None:
    done = footprint("simulate", "--out", tmp_path, *TWO_MINUTES)
    assert done.code == 0, done.err
    assert "binance-usdm_BTCUSDT_100ms.gz" in done.out
    assert pl.read_parquet(tmp_path / "truth/fills.parquet").height > 100


def test_a_coarse_world(tmp_path: Path) -> None:
    done = footprint("simulate", "--coarse", "--days", 3, "--out", tmp_path)
    assert done.code == 0, done.err
    assert pl.read_parquet(tmp_path / "public/coarse_minutes.parquet").height == 3 * 1440


def test_names_there_are_not(tmp_path: Path) -> None:
    assert "did you mean calm?" in footprint("simulate", "--out", tmp_path, "--preset", "clam").err
    assert "did you mean outage?" in footprint("simulate", "--out", tmp_path, "--stress", "outrage").err
    assert "funding_cap" in footprint("simulate", "--coarse", "--out", tmp_path, "--stress", "outage").err
    assert "--out DIR" in footprint("simulate").err


@pytest.mark.parametrize("stress", ["flash_crash", "jump", "index_divergence", "outage"])
def test_stress_is_labelled(tmp_path: Path, stress: str) -> None:
    done = footprint("simulate", "--out", tmp_path, *TWO_MINUTES, "--stress", stress)
    assert done.code == 0, done.err
    labels = pl.read_parquet(tmp_path / "truth/labels.parquet")
    assert labels.filter(pl.col("kind") == stress).height == 1


@pytest.mark.slow
def test_check_tells_every_fact() -> None:
    done = footprint("simulate", "--check", "--seeds", 1, "--hours", 0.1, "--days", 0)
    assert done.code in (0, 1), done.err
    assert "spread_one_tick" in done.out
    assert "branching" in done.out
