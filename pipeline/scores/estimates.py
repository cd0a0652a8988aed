"""The inventory estimates that are graded, by the name under which they stand in the scorecard.

A further estimate is one more line of `ESTIMATES`; the table it comes from has to be among those that `score_tables`
reads.
"""

from collections.abc import Callable

import polars as pl

from pipeline.scores.score_tables import ScoreTables

GRADED = "maker_inventory"
"""The one that has targets and ceilings. The others stand beside it for comparison."""

Estimate = Callable[[ScoreTables, int], pl.DataFrame]
"""Tables and a half-life in minutes in; bar_end, inventory_qty and perhaps sd_qty (both base) out, a row a minute."""


def of_half_life(tables: ScoreTables, table: str, half_life_min: int) -> pl.DataFrame:
    """Rows of a table on the grid of half-lives. Raises ValueError if none has that half-life."""
    chosen = tables.params["maker_inventory"]["half_life_min"]
    if half_life_min not in chosen:
        raise ValueError(f"expected a half-life among {chosen} minutes, got {half_life_min}")
    return tables.signals[table].filter(pl.col("half_life_min") == half_life_min)


def fixed(tables: ScoreTables, half_life_min: int) -> pl.DataFrame:
    """The leaky sum with one half-life, chosen on other worlds."""
    return of_half_life(tables, "maker_inventory", half_life_min)


def averaged(tables: ScoreTables, half_life_min: int) -> pl.DataFrame:
    """Leaky sums weighed by how well each explained the basis of the past."""
    del half_life_min  # chosen from public data
    return tables.signals["inventory_state"].select("bar_end", "inventory_qty")


def filtered(tables: ScoreTables, half_life_min: int) -> pl.DataFrame:
    """The Kalman filter that sees the shading of quotes too, with its band."""
    del half_life_min  # chosen from public data
    return tables.signals["inventory_state"].select("bar_end", "sd_qty", inventory_qty="filtered_qty")


ESTIMATES: dict[str, Estimate] = {
    GRADED: filtered,
    "maker_inventory_averaged": averaged,
    "maker_inventory_fixed": fixed,
}
