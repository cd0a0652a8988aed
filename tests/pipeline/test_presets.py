"""Users see which preset made a table: in the catalogue, in the listing, beside an export."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from pipeline.fingerprint import fingerprint
from pipeline.lake import Lake
from pipeline.parts import write_part
from pipeline.plan import TABLES
from pipeline.warehouse import open_catalogue, publish
from signals import SIGNALS
from tests.pipeline.captures import over_midnight, write_capture
from tests.pipeline.command import footprint
from tests.pipeline.lakes import add

_MADE = sorted(table.name for signal in SIGNALS for table in signal.outputs)


def _made_with(lake: Lake, preset: str, days: tuple[date | None, ...]) -> None:
    """Note in the parts of these days that a preset made them, and publish."""
    parts = [
        write_part(
            lake.root,
            TABLES[table],
            file.market,
            file.day,
            fingerprint(preset=preset, before=file.fingerprint),
            lake.lineage(table, file) | {"preset": preset},
            lake.partition(TABLES[table], file.market, file.day).collect(),
        )
        for table in _MADE
        for file in lake.live(table)
        if file.day in days
    ]
    lake.commit(TABLES, parts, [])
    publish(lake, "test")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two days, made with the preset sample."""
    folder = tmp_path_factory.mktemp("presets")
    made = Lake(folder / "lake")
    add(made, write_capture(folder / "a.gz", over_midnight()))
    _made_with(made, "sample", (None, date(2024, 3, 5), date(2024, 3, 6)))
    return made


@pytest.fixture(scope="module")
def mixed(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The same, its second day made with the default."""
    other = Lake(tmp_path_factory.mktemp("mixed") / "lake")
    shutil.copytree(lake.root, other.root)
    _made_with(other, "default", (date(2024, 3, 6),))
    return other


def _presets(lake: Lake) -> dict[str, str | None]:
    with open_catalogue(lake.root) as connection:
        return dict(connection.sql("select table_name, presets from publication").fetchall())


def test_the_catalogue_says_which_preset_made_a_signal_and_nothing_of_other_tables(lake: Lake):
    live = {name for name in _MADE if lake.live(name)}
    assert {"book_state", "taker_flow"} <= live
    assert _presets(lake) == {name: "sample" if name in live else None for name in TABLES}


def test_days_made_with_different_presets_show_both(mixed: Lake):
    found = _presets(mixed)
    assert (found["book_state"], found["taker_flow"], found["trades"]) == ("default, sample", "default, sample", None)


def test_a_signal_without_rows_has_no_preset(tmp_path: Path):
    empty = Lake(tmp_path / "lake")
    add(empty, write_capture(tmp_path / "a.gz", over_midnight()))
    for name in _MADE:
        empty.commit(TABLES, [], [(name, live) for live in empty.live(name)])
    publish(empty, "test")
    assert {_presets(empty)[name] for name in _MADE} == {None}


def _marked(lake: Lake, label: str) -> set[str]:
    """What the listing shows a label beside."""
    listed = footprint("sql", "--lake", lake.root).out.splitlines()
    return {line.split()[0] for line in listed if line.endswith(f"  [{label}]")}


def test_the_listing_says_so_beside_tables_and_the_views_made_of_them(lake: Lake, lake_small: Lake, mixed: Lake):
    of_signals = {"book_state", "taker_flow", "market_seconds"}
    assert of_signals <= _marked(lake, "preset sample")
    assert of_signals <= _marked(mixed, "preset default, sample")
    assert not {"trades", "gaps"} & _marked(lake, "preset sample")
    assert "[preset" not in footprint("sql", "--lake", lake_small.root).out


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
