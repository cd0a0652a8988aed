"""The lakes of the pipeline's tests serve here too."""

from tests.pipeline.conftest import (
    files_all_2024,
    files_spot_2023,
    lake_all_2024,
    lake_small,
    lake_spot_2023,
    recordings,
    sql_all_2024,
    sql_small,
    sql_spot_2023,
)

__all__ = [
    "files_all_2024",
    "files_spot_2023",
    "lake_all_2024",
    "lake_small",
    "lake_spot_2023",
    "recordings",
    "sql_all_2024",
    "sql_small",
    "sql_spot_2023",
]
