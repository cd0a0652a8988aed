"""The refusal of a capture that is about other markets throughout."""

from collections.abc import Collection
from pathlib import Path

from pipeline.errors import FootprintError
from pipeline.market import Market

_NAMED = 3


def about_others(path: Path, market: Market, foreign: Collection[Market], lines: int) -> FootprintError:
    """FP003 with the first of the markets that were found in so many lines, and the options that name it."""
    first, *others = sorted(foreign)[:_NAMED]
    return FootprintError(
        "FP003",
        f"expected records of {market}, found only {', '.join(map(str, (first, *others)))} in {lines:,} lines",
        where=str(path),
        hint=f"--venue {first.venue} --symbol {first.symbol}, or check the file",
    )
