"""Users see which preset made a table: in the catalogue, in the listing, beside an export."""

import io
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from pipeline.lake import Lake
from pipeline.plan import TABLES, Wanted, make_plan
from pipeline.progress import LineProgress
from pipeline.run import run_plan
from pipeline.warehouse import open_catalogue, publish
from signals import SIGNALS
from tests.pipeline.captures import over_midnight, write_capture
from tests.pipeline.command import footprint
from tests.pipeline.lakes import add

_MADE = sorted(table.name for signal in SIGNALS for table in signal.outputs)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two days, made with the preset sample."""
    folder = tmp_path_factory.mktemp("presets")
    made = Lake(folder / "lake")
    add(made, write_capture(folder / "a.gz", over_midnight()), wanted=Wanted(preset="sample"))
    publish(made, "test")
    return made


@pytest.fixture(scope="module")
def mixed(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The same, its second day made again with the default."""
    other = Lake(tmp_path_factory.mktemp("mixed") / "lake")
    shutil.copytree(lake.root, other.root)
    plan = make_plan(other, Wanted(), signals=True, since=date(2024, 3, 6))
    run_plan(other, plan, workers=1, progress=LineProgress(io.StringIO()))
    publish(other, "test")
    return other


def _presets(lake: Lake) -> dict[str, str | None]:
    with open_catalogue(lake.root) as connection:
        return dict(connection.sql("select table_name, presets from publication").fetchall())


def test_the_catalogue_says_which_preset_made_a_signal_and_nothing_of_other_tables(lake: Lake):
    assert _presets(lake) == {name: "sample" if name in _MADE else None for name in TABLES}


def test_days_made_with_different_presets_show_both(mixed: Lake):
    assert {_presets(mixed)[name] for name in _MADE} == {"default, sample"}


def test_a_signal_without_rows_has_no_preset(tmp_path: Path):
    empty = Lake(tmp_path / "lake")
    add(empty, write_capture(tmp_path / "a.gz", over_midnight()))
    for name in _MADE:
        empty.commit(TABLES, [], [(name, live) for live in empty.live(name)])
    publish(empty, "test")
    assert {_presets(empty)[name] for name in _MADE} == {None}


def test_the_listing_says_so_beside_tables_and_the_views_made_of_them(lake: Lake, lake_small: Lake, mixed: Lake):
    marked = [line for line in footprint("sql", "--lake", lake.root).out.splitlines() if "[preset sample]" in line]
    assert [line.split()[0] for line in marked] == sorted([*_MADE, "market_seconds"])
    assert footprint("sql", "--lake", mixed.root).out.count("[preset default, sample]") == len(_MADE) + 1
    assert "preset" not in footprint("sql", "--lake", lake_small.root).out


@pytest.mark.parametrize(
    ("day", "presets"), [("2024-03-05", ["sample"]), ("2024-03-06", ["default"]), (None, ["default", "sample"])]
)
def test_an_export_names_the_presets_of_what_it_holds(mixed: Lake, tmp_path: Path, day: str | None, presets: list[str]):
    target = tmp_path / "flow.parquet"
    choice = ("--since", day, "--until", day) if day else ()
    footprint("export", "taker_flow", "--to", target, *choice, "--lake", mixed.root)
    assert json.loads(Path(f"{target}.meta.json").read_text())["presets"] == presets


def test_an_export_of_what_no_preset_made_names_none(lake: Lake, tmp_path: Path):
    footprint("export", "trades", "--to", tmp_path / "t.parquet", "--lake", lake.root)
    assert json.loads((tmp_path / "t.parquet.meta.json").read_text())["presets"] == []
