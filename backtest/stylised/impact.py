"""Impact of metaorders: how it grows with size, and what is left of it some time after."""

import numpy as np
import polars as pl

from backtest.stylised.series import Floats

_PIECES, _MANY_PIECES, _FEWEST = 5, 10, 30
"""Below these: an order rather than a metaorder; over before quotes have followed; too few to say anything."""
_EXPONENTS = np.arange(0.0, 1.505, 0.01)
_STEP_US = 100_000


def impact_exponent(steps: pl.DataFrame, orders: pl.DataFrame, metaorders: pl.DataFrame) -> float:
    """The exponent d with which c * size^d + b * (flow of others) fits the impacts of metaorders best.

    Impact is how far the mid went their way from start to end, against the value that the public knew: so what news
    did in the meantime does not count. Flow of others is the sum of signed roots of all other taker orders' sizes in
    that time. Least squares, weighted by one over the duration. Volatility, one in a market, drops out. Of metaorders
    of five pieces or more; NaN below 30 of them.
    """
    size, weight, peak, _, others, _ = _impacts(steps, orders, metaorders, _PIECES)
    if size.size < _FEWEST:
        return float("nan")
    errors = [_slope(size**d, others, peak, weight)[1] for d in _EXPONENTS]
    return float(_EXPONENTS[int(np.argmin(errors))])


def relaxation(steps: pl.DataFrame, orders: pl.DataFrame, metaorders: pl.DataFrame) -> float:
    """What is left of impact one duration after the end: the slope on the square root of size over that at the end.

    Slopes as in `impact_exponent`, the flow of others being counted up to then; of metaorders of ten pieces or more,
    since quotes follow with a lag of seconds and after short ones still go on.
    """
    size, weight, peak, later, others, others_later = _impacts(steps, orders, metaorders, _MANY_PIECES)
    if size.size < _FEWEST:
        return float("nan")
    root = np.sqrt(size)
    return _slope(root, others_later, later, weight)[0] / _slope(root, others, peak, weight)[0]


def _slope(shape: Floats, others: Floats, y: Floats, weight: Floats) -> tuple[float, float]:
    """Weighted least squares of y on the two, without a constant: slope on `shape`, and the error left."""
    root = np.sqrt(weight)
    x = np.column_stack([shape, others]) * root[:, None]
    slopes = np.linalg.lstsq(x, y * root, rcond=None)[0]
    return float(slopes[0]), float(np.sum((y * root - x @ slopes) ** 2))


def _impacts(
    steps: pl.DataFrame, orders: pl.DataFrame, metaorders: pl.DataFrame, pieces_from: int
) -> tuple[Floats, ...]:
    """Size, weight, impact at the end and a duration later, others' flow up to each; if that was still recorded."""
    times = steps["time"].to_numpy()
    gap = ((steps["bid"] + steps["ask"]) / 2 - steps["value"]).to_numpy()
    worked = metaorders.filter(
        pl.col("pieces") >= pieces_from,
        pl.col("start") > times[0] + _STEP_US,
        2 * pl.col("end") - pl.col("start") < times[-1] - _STEP_US,
    )
    start, end, side, lots, pieces = (worked[name].to_numpy() for name in ("start", "end", "side", "lots", "pieces"))
    order_times = orders["time"].to_numpy()
    flow = np.concatenate([[0.0], np.cumsum((orders["side"] * orders["lots"].sqrt()).to_numpy())])
    own = np.sqrt(lots * pieces)

    def move(until: np.ndarray) -> tuple[Floats, Floats]:
        moved = gap[np.searchsorted(times, until + _STEP_US)] - gap[np.searchsorted(times, start) - 1]
        arrived = flow[np.searchsorted(order_times, until + _STEP_US)] - flow[np.searchsorted(order_times, start)]
        return side * moved, side * arrived - own

    (peak, others), (later, others_later) = move(end), move(2 * end - start)
    return lots.astype(float), 1.0 / (1.0 + 1e-6 * (end - start)), peak, later, others, others_later
