"""What stands where in a picture of a page."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_FRAME = """() => {
  const view = Bokeh.index.roots[0]
  const [box, at] = [view.frame.bbox, view.el.getBoundingClientRect()]
  return [at.x + box.x, at.y + box.y, box.width, box.height]
}"""


def frame(page: Any) -> tuple[int, int, int, int]:
    """Left, top, width and height of the chart's inside, pixels of the window."""
    return tuple(round(value) for value in page.evaluate(_FRAME))


def picture(page: Any) -> NDArray[np.uint8]:
    """Shape (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))


def inside(page: Any) -> NDArray[np.uint8]:
    """The inside of the chart, in pixels of the screen."""
    shown = picture(page)
    scale = shown.shape[1] / page.viewport_size["width"]
    left, top, width, height = (round(scale * edge) for edge in frame(page))
    return shown[top : top + height, left : left + width]


def color(text: str) -> NDArray[np.uint8]:
    return np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)], np.uint8)


def zoom(page: Any, start: float, end: float) -> float:
    """Show [start, end) of the range, as shares of it; milliseconds until the next frame was painted."""
    return page.evaluate(
        """async ([start, end]) => {
          const range = Bokeh.documents[0].roots()[0].x_range
          const [from, wide] = [range.start, range.end - range.start]
          const begun = performance.now()
          range.setv({start: from + start * wide, end: from + end * wide})
          await new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))
          return performance.now() - begun
        }""",
        [start, end],
    )
