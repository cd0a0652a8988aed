"""Heatmaps made up for the tests, and pages that hold one."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from bokeh.models import Range1d
from numpy.typing import NDArray

from backtest.page import Panel, page
from pipeline.market import Market
from pipeline.report.book_heat import BookHeat, Scale
from pipeline.report.heat_figure import heat_figure
from pipeline.report.heat_note import heat_note
from pipeline.report.look import BANNER, embedded, head

SINCE = datetime(2024, 8, 8, tzinfo=UTC)
DAY = 86_400
ROWS = 200
READY = "document.documentElement.dataset.bookHeat === 'complete'"


def heat_of(levels: NDArray[np.uint8], **changes) -> BookHeat:
    """Prices from 60,000 in buckets of 2.5; level 1 from 0.1 on, the last to 100."""
    plain = BookHeat(
        market=Market("binance-usdm", "BTCUSDT"), since=SINCE, width_s=1, low_px=60_000.0, height_px=2.5, decimals=1,
        levels=levels, scale=Scale(0.1, 100.0, 0, 0), outside=0.0, updates=0,
    )  # fmt: skip
    return replace(plain, **changes)


def restless_day(seed: int) -> NDArray[np.uint8]:
    """Levels 1 to 40 that wander slowly and tremble every second, as those of a real book do, or more."""
    draws = np.random.default_rng(seed)
    minutes = np.cumsum(draws.normal(0, 0.5, (DAY // 60 + 1, ROWS)), axis=0) % 30
    slow = np.repeat(np.abs(minutes - 15) * 2, 60, axis=0)[:DAY]
    trembling = draws.normal(0, 0.8, (DAY, ROWS))
    return np.clip(np.rint(5 + slow + trembling), 1, 40).astype(np.uint8)


def written(heat: BookHeat, path: Path, marks=()) -> Path:
    """A page with the heatmap alone."""
    x_range = Range1d(heat.since.timestamp() * 1e3, heat.until.timestamp() * 1e3)
    script, div = embedded(heat_figure(heat, marks, x_range=x_range))
    panel = Panel("Where does size rest?", BANNER + div + script + heat_note(heat))
    path.write_text(page("A heatmap", "", [panel], {}, head=head()), encoding="utf-8")
    return path
