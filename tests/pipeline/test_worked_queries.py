"""The worked queries of sql/queries on a real recording."""

import duckdb
import pytest

from pipeline.scripts import Script, scripts


@pytest.mark.parametrize("query", scripts("queries"), ids=lambda query: query.name)
def test_a_worked_query_gives_rows(query: Script, sql_2023: duckdb.DuckDBPyConnection):
    assert sql_2023.sql(query.query).fetchall()


def test_a_worked_query_orders_its_rows(sql_2023: duckdb.DuckDBPyConnection):
    """Two runs give the same rows in the same order."""
    for query in scripts("queries"):
        assert sql_2023.sql(query.query).fetchall() == sql_2023.sql(query.query).fetchall()
