"""Contracts of the normalised tables: none is left out, and records begin and end alike."""

from types import ModuleType

import pytest

from signals.inputs import bookkeeping, statements, trading
from signals.inputs.columns import ORIGIN, RECORD
from signals.inputs.normalised import NORMALISED
from signals.table import Table


def _tables(module: ModuleType) -> list[Table]:
    return [value for value in vars(module).values() if isinstance(value, Table)]


def test_every_contract_is_listed_once():
    stated = [table.name for module in (bookkeeping, statements, trading) for table in _tables(module)]
    assert sorted(table.name for table in NORMALISED) == sorted(stated)
    assert len(set(stated)) == len(stated)


@pytest.mark.parametrize("table", [*_tables(trading), *_tables(statements)], ids=lambda table: table.name)
def test_a_record_says_first_where_and_when_it_was_and_last_how_it_came(table: Table):
    assert table.columns[: len(RECORD)] == RECORD
    assert table.columns[-len(ORIGIN) :] == ORIGIN
    assert table.key == ("venue", "symbol", "seq")
