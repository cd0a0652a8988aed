"""A file with bytes changed or cut off, and what must come of it."""

from pathlib import Path

from hypothesis import strategies as st

from pipeline.errors import FootprintError
from pipeline.market import Market
from tests.pipeline.sources.read_whole import read_whole


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """One to four bytes changed anywhere, and in half of the cases the end cut off."""
    held = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        held[draw(st.integers(0, len(held) - 1))] = draw(st.integers(0, 255))
    return bytes(held[: draw(st.integers(1, len(held)))] if draw(st.booleans()) else held)


def check_ends_in_words(source: str, path: Path, market: Market) -> None:
    """The file is refused as unreadable or another market's, or every line of it is accounted for."""
    try:
        found = read_whole(source, path, market)
    except FootprintError as refused:
        if refused.fault.code not in ("FP002", "FP003"):
            raise
    else:
        assert found.accounted == found.lines
