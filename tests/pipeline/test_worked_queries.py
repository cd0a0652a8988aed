"""The worked queries of sql/queries on a real recording."""

import duckdb
import pytest

from pipeline.warehouse import sql_files


@pytest.mark.parametrize("name", [script.name for script in sql_files("queries")])
def test_a_worked_query_gives_rows(name: str, sql_2023: duckdb.DuckDBPyConnection):
    (script,) = [script for script in sql_files("queries") if script.name == name]
    assert sql_2023.sql(script.read_text().rstrip().rstrip(";")).fetchall()


def test_a_worked_query_orders_its_rows(sql_2023: duckdb.DuckDBPyConnection):
    """Two runs give the same rows in the same order."""
    for script in sql_files("queries"):
        query = script.read_text().rstrip().rstrip(";")
        assert sql_2023.sql(query).fetchall() == sql_2023.sql(query).fetchall()
