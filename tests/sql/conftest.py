"""The lakes of the pipeline's tests serve here too."""

from tests.pipeline.conftest import files_2023, lake_2023, lake_small, recordings, sql_2023, sql_small

__all__ = ["files_2023", "lake_2023", "lake_small", "recordings", "sql_2023", "sql_small"]
