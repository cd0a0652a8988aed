"""Roll-ups of lakes: what they read, and that they add up on a real recording."""

import duckdb


def test_a_condition_on_the_day_reads_that_day_only(sql_midnight: duckdb.DuckDBPyConnection):
    plan = sql_midnight.sql("from taker_flow_1m() where date = '2024-03-06'").explain("analyze")
    assert "Total Files Read: 1" in " ".join(plan.split())


def test_real_minutes_add_up_to_the_seconds(sql_2023: duckdb.DuckDBPyConnection):
    minutes, fives = (
        sql_2023.sql(f"select sum(n_prints), round(sum(buy_qty), 9) from taker_flow_{width}()").fetchall()
        for width in ("1m", "5m")
    )
    kept = """
    select sum(n_prints), round(sum(buy_qty), 9) from taker_flow
    where rollup_end(bar_end, interval '{}') in (select bar_end from taker_flow_{}() where buy_qty is not null)
    """
    assert minutes == sql_2023.sql(kept.format("1 minute", "1m")).fetchall()
    assert fives == sql_2023.sql(kept.format("5 minutes", "5m")).fetchall()
    assert minutes[0][0] > 1_000
