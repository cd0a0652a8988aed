"""Documents that are derived from the code are what the code says."""

from pathlib import Path

import pytest

from pipeline.catalogue import data_dictionary
from pipeline.plan import TABLES
from pipeline.sources_page import sources_page

_ROOT = Path(__file__).parents[1]
_DICTIONARY = _ROOT / "docs" / "data_dictionary.md"


def test_the_data_dictionary_is_up_to_date():
    assert _DICTIONARY.read_text() == data_dictionary(), "run `make docs`"


def test_the_page_of_sources_is_up_to_date():
    assert (_ROOT / "docs" / "sources.md").read_text() == sources_page(), "run `make docs`"


@pytest.mark.parametrize("name", TABLES)
def test_the_data_dictionary_explains_every_column(name: str):
    """Words and units, and no cell that breaks the row it stands in."""
    section = data_dictionary().split(f"### {name}\n")[1].split("\n### ")[0].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in rows] == TABLES[name].schema.names()
    assert all(column.unit and column.meaning for column in TABLES[name].columns)
    assert all(line.replace("\\|", "").count("|") == 5 for line in rows)
