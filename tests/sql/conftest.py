"""The hand-made lake of the pipeline's tests serves here too."""

from tests.pipeline.conftest import lake_small, sql_small

__all__ = ["lake_small", "sql_small"]
