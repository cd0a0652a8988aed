"""A result is a file that is whole: beside another writer, and where nothing can be written."""

import os
from pathlib import Path

import pytest

from pipeline.errors import FootprintError
from pipeline.rowfile import form_of, whole_file
from pipeline.timerange import TimeRange


def test_two_processes_with_one_target_leave_a_whole_file_and_no_scratch(tmp_path: Path, monkeypatch):
    target = tmp_path / "a.json"
    with whole_file(target) as first:
        first.write_text("first")
        monkeypatch.setattr(os, "getpid", lambda: -1)
        with whole_file(target) as second:
            second.write_text("second")
        assert target.read_text() == "second"
    assert target.read_text() == "first"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["file/a.json", "folder"])
def test_a_refusal_names_no_option_of_another_command_and_no_scratch_file(tmp_path: Path, name: str):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(FootprintError) as raised, whole_file(tmp_path / name):
        pass
    assert raised.value.fault.code == "FP015"
    assert "--to" not in str(raised.value)
    assert ".part" not in str(raised.value)
    assert raised.value.hint


def test_an_ending_that_is_none_is_answered_with_one_of_those_asked_for():
    with pytest.raises(FootprintError, match="there are: parquet") as raised:
        form_of(Path("trades.csv"), ("parquet",))
    assert raised.value.hint == "trades.parquet"


def test_a_range_that_ends_before_it_begins_is_quoted_as_it_was_asked_for():
    with pytest.raises(FootprintError, match="2024-01-02") as raised:
        TimeRange.of("2024-01-03", "2024-01-02")
    assert raised.value.hint
