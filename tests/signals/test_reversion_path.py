"""The machine over arrays is the machine stepped minute by minute: its slow twin."""

from dataclasses import replace
from math import isnan, nan

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.bars import MILLISECOND, MINUTE, SECOND
from signals.kernels.reversion import REASONS
from signals.reversion_machine import STATES, Machine, Minute, Rules, Step
from signals.reversion_path import Path, played
from signals.touch_fills import TouchFills

DEEPEST = 1 - 1e-9
"""No price gives way by so much."""

STATE_NAMES = tuple(STATES)


def rules(rng: np.random.Generator) -> Rules:
    """Short waits, so that every reason occurs; often the rarity is no condition."""
    return Rules(
        z_in=float(rng.choice([0.8, 1.5])),
        z_out=float(rng.choice([-0.5, 0.0, 0.3])),
        z_rearm=float(rng.choice([0.0, 0.8])),
        q_in=float(rng.choice([0.51, 0.9])),
        pullback=1e-3,
        stop=float(rng.choice([2e-4, 2e-3])),
        arm_h=float(rng.choice([0.05, 0.2])),
        hold_h=float(rng.choice([0.05, 0.3])),
        cooldown_h=float(rng.choice([0.0, 0.05])),
        lookback_min=float(rng.choice([0, 3.5, 20])),
        latency_ms=float(rng.choice([0, 50, 61_000])),
        gap_s=60.0,
    )


def market(rng: np.random.Generator, n: int) -> tuple[Path, TouchFills, np.ndarray]:
    """Minutes with holes among them, values that are not known, and books at some of the seconds; with known times."""
    at = np.cumsum(rng.choice([1, 1, 1, 2, 9], n)) * MINUTE
    mid = 100 * np.exp(np.cumsum(rng.normal(scale=4e-4, size=n)))
    z = rng.normal(scale=1.5, size=n) if rng.random() < 0.5 else np.sin(np.arange(n) / 7) * 2.5
    gone, half = rng.random((3, n)) < 0.05, 0.01
    mid[gone[0]], z[gone[1]] = nan, nan
    q = np.where(gone[2], nan, np.clip(0.5 + z / 4, 0, 1))
    seconds = np.unique(np.concatenate([at, at + SECOND, at + 2 * SECOND]))
    seconds = seconds[rng.random(seconds.size) < 0.9]
    px = np.interp(seconds, at, np.nan_to_num(mid, nan=100.0)) if n else np.empty(0)
    fills = TouchFills(seconds, px - half, px + half)
    known = at + rng.choice([0, 100 * MILLISECOND, 1_500 * MILLISECOND], n)
    bookless = rng.choice([0.0, 0.0, 0.0, 0.0, 5.0, 60.0, 61.0], n)
    pullback = rng.choice([1e-4, 1e-3, nan], n, p=[0.5, 0.45, 0.05])
    return Path(at, z, q, mid, mid - half, mid + half, bookless, pullback, fills.outcomes(known)), fills, known


def stepped(path: Path, fills: TouchFills, known: np.ndarray, chosen: Rules) -> list[Step]:
    machine, made = Machine(chosen, fills), []
    columns = (path.at, known, path.z, path.q, path.mid, path.bid, path.ask, path.bookless_s, path.pullback)
    for *row, pullback in zip(*(column.tolist() for column in columns), strict=True):
        machine.rules = replace(chosen, pullback=DEEPEST if isnan(pullback) else pullback)
        made.append(machine.step(Minute(*row)))
    return made


def both(seed: int, n: int) -> tuple[list[Step], list[Step]]:
    """Steps of the twin and of the arrays."""
    rng = np.random.default_rng(seed)
    chosen, (path, fills, known) = rules(rng), market(rng, n)
    latency = round(chosen.latency_ms * MILLISECOND)
    path = Path(*(getattr(path, name) for name in Path.__slots__[:-1]), orders=fills.outcomes(known + latency))
    made = played(path, chosen)
    fast = [
        Step(
            STATE_NAMES[state],
            side,
            tuple(name for bit, name in enumerate(REASONS) if bits >> bit & 1),
            None if waited < 0 else bool(waited),
            ref,
            entry,
        )
        for state, side, bits, waited, ref, entry in zip(*(column.tolist() for column in made), strict=True)
    ]
    return stepped(path, fills, known, chosen), fast


def same(one: Step, other: Step) -> bool:
    def told(step: Step) -> tuple[object, ...]:
        return (
            step.state,
            step.direction,
            step.reasons,
            step.waited,
            *("none" if isnan(px) else px for px in (step.ref, step.entry)),
        )

    return told(one) == told(other)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 150))
def test_arrays_and_steps_say_the_same(seed, n):
    slow, fast = both(seed, n)
    for i, (step, same_step) in enumerate(zip(slow, fast, strict=True)):
        assert same(step, same_step), (i, step, same_step)


def test_the_comparison_meets_every_state_and_every_reason():
    met: set[str] = set()
    for seed in range(60):
        slow, fast = both(seed, 300)
        assert all(map(same, slow, fast)), seed
        met |= {name for step in slow for name in (step.state, *step.reasons)}
    assert met == {*STATES, *REASONS}


def test_nothing_comes_of_nothing():
    slow, fast = both(1, 0)
    assert slow == fast == []
