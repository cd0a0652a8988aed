"""Random numbers: by seed and name only, and of the stated shape."""

import numpy as np
import pytest

from pipeline.simulator.draws import Draws, exponential, log_uniform, pareto


def test_a_stream_depends_on_seed_and_name_only() -> None:
    assert Draws(7, "taker").take(10) == Draws(7, "taker").take(10)
    assert Draws(7, "taker").take(10) != Draws(8, "taker").take(10)
    assert Draws(7, "taker").take(10) != Draws(7, "placer").take(10)


def test_how_a_stream_is_cut_does_not_matter() -> None:
    at_once, in_pieces = Draws(7, "taker"), Draws(7, "taker")
    pieces = [uniform for size in [1, 7, 4000, 300, 5000, 692] for uniform in in_pieces.take(size)]
    assert at_once.take(10_000) == pieces
    assert at_once.taken == in_pieces.taken == 10_000


def test_shapes() -> None:
    uniforms = Draws(7, "shapes").take(100_000)
    waits = np.array([exponential(uniform, 1000) for uniform in uniforms])
    assert waits.min() >= 1
    assert waits.mean() == pytest.approx(1000, rel=0.02)
    sizes = np.array([pareto(uniform, 1000, 1.5, 50_000) for uniform in uniforms])
    assert (sizes.min(), sizes.max()) == (1000, 50_000)
    assert (sizes > 4000).mean() == pytest.approx(4**-1.5, abs=0.005)
    depths = np.array([log_uniform(uniform, 999) for uniform in uniforms])
    assert (depths.min(), depths.max()) == (0, 998)
    assert (depths < 9).mean() == pytest.approx(1 / 3, abs=0.01)
