"""The worked queries run, and say something, on hand-made and real tables."""

import duckdb
import pytest

from pipeline.scripts import scripts

_QUERIES = {script.name: script for script in scripts("queries")}


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple]:
    return connection.sql(_QUERIES[name].query).fetchall()


@pytest.mark.parametrize("name", _QUERIES)
def test_a_worked_query_begins_with_the_question_it_answers(name: str):
    assert _QUERIES[name].text.startswith("-- ")


@pytest.mark.parametrize("name", [name for name in _QUERIES if name != "largest_imbalance"])
def test_a_worked_query_gives_rows_on_four_seconds(name: str, sql_small: duckdb.DuckDBPyConnection):
    assert _rows(sql_small, name)


def test_accounts_tell_where_every_line_went(sql_small: duckdb.DuckDBPyConnection):
    (row,) = _rows(sql_small, "accounts")
    assert row[3:] == ("small.gz", 48, 48, 0, 0)


def test_tables_tell_seconds_and_prints(sql_small: duckdb.DuckDBPyConnection):
    """Prints are 100 ms apart from noon; the fourth second is not complete."""
    (row,) = _rows(sql_small, "tables")
    assert (row[2], row[5], row[6]) == (3, 1.0, 30)


def test_flow_and_move_sums_the_minute(sql_small: duckdb.DuckDBPyConnection):
    """Thirty takers bought 1.000 each, and the mid stood at 100."""
    (row,) = _rows(sql_small, "flow_and_move")
    assert row[3:] == (30.0, 0.0, 3)
