"""How each exchange's messages are read, by its name in captures. A dialect more: a module, its test, one line here."""

from collections.abc import Mapping
from typing import Final

from pipeline.sources.capture_dialects import (
    bybit,
)
from pipeline.sources.capture_dialects.records import Dialect

DIALECTS: Final[Mapping[str, Dialect]] = {
    "BYBIT": bybit.DIALECT,
}
"""By the first part of a connection's name."""
