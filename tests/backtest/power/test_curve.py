"""Pooling by hand, promises kept and broken, and the text of it."""

from dataclasses import replace
from math import isnan, sqrt

import pytest

from backtest.power.controls import CONTROLS
from backtest.power.curve import Curve, curve
from backtest.power.power_text import markdown, text
from backtest.power.promises import promises
from backtest.power.tally import Tally

COST = 10.0


def made(n: int, mean: float, *, error: float = 1.0) -> Tally:
    return Tally(
        n=n,
        n_open=1,
        gross_bps=n * mean,
        funding_bps=n * 0.5,
        net_bps=n * (mean + 0.5 - COST),
        error_bps=error,
        wins=n // 2,
        chance_wins=0.6 if n else float("nan"),
        found={30: (1, 4), 90: (int(mean > 2), 1)},
    )


def seeds(*rules: Tally, **others: tuple[Tally, ...]) -> dict[int, dict[str, Tally]]:
    """The rule's tally by seed; controls make nothing unless stated."""
    return {
        seed: {
            name: (rules if name == "rule" else others.get(name, (made(10, 0.0),) * len(rules)))[seed - 1]
            for name in CONTROLS
        }
        for seed in range(1, len(rules) + 1)
    }


def test_a_row_by_hand():
    """Three trades of 2 and one of 6: mean 3, over clusters of sums 6 and 6."""
    row = curve({5.0: seeds(made(3, 2.0), made(1, 6.0))}).row(5.0, "rule")
    assert (row.n_seeds, row.n_trades, row.n_open, row.n_right) == (2, 4, 2, 2)
    assert row.gross.value == 3.0
    assert row.gross.error == pytest.approx(sqrt(2 * (9 + 9)) / 4)
    assert (row.net.value, row.net.error) == pytest.approx((3.5 - COST, row.gross.error))
    assert (row.funding_bps, row.win_rate, row.chance_wins) == pytest.approx((0.5, 0.25, 0.6))
    assert row.found == {30: (2, 8), 90: (1, 2)}


def test_contrasts_by_hand():
    rules, permuted, other = (made(9, 7.0), made(9, 3.0)), (made(5, 1.0), made(5, 2.0)), (made(5, -1.0), made(5, -2.0))
    found = curve({5.0: seeds(*rules, permuted=permuted, permuted_other=other)}).contrasts[0]
    assert (found.side.value, found.side.error) == pytest.approx((1.5, 0.5))
    assert found.inventory.value == pytest.approx(5.0)
    assert found.n_beyond == 2  # 7 and 3 beyond 1.96 times the root of 2
    assert curve({5.0: seeds(made(9, 2.7), made(9, 3.0))}).contrasts[0].n_beyond == 1


def test_a_seed_without_trades_says_nothing():
    whole = curve({5.0: seeds(made(3, 2.0), made(1, 6.0), made(0, 0.0))})
    row = whole.row(5.0, "rule")
    assert (row.n_seeds, row.n_right, row.gross.value, row.chance_wins) == (3, 2, 3.0, pytest.approx(0.6))
    assert whole.contrasts[0].inventory.n == 2
    none = curve({5.0: seeds(made(0, 0.0), made(0, 0.0))}).row(5.0, "rule")
    assert isnan(none.gross.value)


def twenty(at_100: float = 50.0, at_0: float = 0.0, side: float = 0.0) -> Curve:
    """Curve of 20 seeds that differ a little."""

    def spread(mean: float) -> tuple[Tally, ...]:
        return tuple(made(100, mean + (seed % 5 - 2) / 2) for seed in range(20))

    sides = {"permuted": spread(side), "permuted_other": tuple(made(100, 0.0) for _ in range(20))}
    at_zero = tuple(replace(one, net_bps=100 * (one.mean_bps - COST), funding_bps=0.0) for one in spread(at_0))
    return curve({0.0: seeds(*at_zero, **sides), 100.0: seeds(*spread(at_100), **sides)})


def test_promises_are_kept_and_broken():
    assert [one.is_kept for one in promises(twenty())] == [True] * 4
    assert [one.is_kept for one in promises(twenty(at_100=0.0))] == [False, True, True, True]
    assert [one.is_kept for one in promises(twenty(at_0=1.0))] == [True, False, True, True]
    assert [one.is_kept for one in promises(twenty(side=1.0))] == [True, True, False, False]


def test_few_seeds_promise_nothing():
    few = curve({0.0: seeds(made(9, 1.0), made(9, 2.0))})
    assert [one.is_kept for one in promises(few)] == [None, None]
    assert "not judged, fewer than 10 seeds" in text(few)


def test_the_text_says_it_all_and_fits_a_screen():
    shown = text(twenty(at_0=1.0))
    assert max(map(len, shown.splitlines())) <= 120
    assert "NOT KEPT: at 0 bps the mean net is minus the costs" in shown
    for name, meaning in CONTROLS.items():
        assert f"{name.ljust(15)} {meaning}" in shown
    page = markdown(twenty(), header=["Made by hand."])
    assert page.startswith("# Power of the inventory reversion rule\n\nMade by hand.\n\n")
    assert "| 100 bps | 2,000 | +50.00 |" in page
    assert "- **kept**: at 100 bps the mean gross is above 0 on at least 18 of 20 seeds: on 20." in page
