"""A catalogue that stands as it would be written is not written again; anything else is."""

import shutil

from pipeline.lake import Lake
from pipeline.warehouse import CATALOGUE, is_current, publish
from tests.pipeline.captures import session, write_capture
from tests.pipeline.lakes import add, withdraw


def _lake(tmp_path):
    lake = Lake(tmp_path / "lake")
    add(lake, write_capture(tmp_path / "small.gz", session()))
    return lake


def test_what_was_published_is_current_until_something_changes(tmp_path):
    lake = _lake(tmp_path)
    assert not is_current(lake, "1")
    publish(lake, "1")
    assert is_current(lake, "1")
    assert not is_current(lake, "2"), "another version of the program"
    shutil.copytree(lake.root, tmp_path / "moved")
    assert not is_current(Lake(tmp_path / "moved"), "1"), "its views name files where they were"
    (lake.root / CATALOGUE).write_bytes(b"no database")
    assert not is_current(lake, "1")
    publish(lake, "1")
    withdraw(lake, tmp_path / "small.gz")
    assert not is_current(lake, "1"), "the rows are gone"
