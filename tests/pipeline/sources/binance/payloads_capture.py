"""Small captures of Binance's three dialects."""

from pathlib import Path

from tests.pipeline.captures import session, tape, write_capture
from tests.pipeline.dialect_captures import coinm_session, spot_lines, spot_session
from tests.pipeline.lakes import COINM, MARKET, SPOT
from tests.pipeline.sources.case import Case


def usdm(folder: Path) -> list[Path]:
    """A session, and a second file that repeats some of its prints and goes on."""
    return [write_capture(folder / "one.gz", session()), write_capture(folder / "two", tape(20, first=30))]


def spot(folder: Path) -> list[Path]:
    return [write_capture(folder / "spot.gz", spot_lines(spot_session()))]


def coinm(folder: Path) -> list[Path]:
    return [write_capture(folder / "coinm.gz", coinm_session())]


USDM = {"book_updates": 7, "trades": 50, "book_ticker": 2, "derivative_ticker": 2, "funding": 2}

CASES = [
    Case("binance-capture", MARKET, usdm, USDM),
    Case("binance-capture", SPOT, spot, {}),
    Case("binance-capture", COINM, coinm, {}),
]
