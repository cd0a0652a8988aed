"""Rows of maker_inventory a person can check by hand, and what the proxy recovers of a toy market."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from signals.maker_flow import MAKER_FLOW, MAKER_FLOW_SIGNAL
from signals.maker_inventory import MAKER_INVENTORY_SIGNAL
from signals.taker_orders import TAKER_ORDERS
from tests.signals.tape_frames import DAY_S, column, frame, instant, run, seconds

SHORT = {"window_min": 2, "change_window_min": 2, "rank_window_min": 4, "min_history_min": 2, "burn_in_half_lives": 0}
HOLD = {"half_life_min": [1], "maker_share": 1.0, **SHORT}


def flow(decayed, first=1, half_lives=(1,), coverage=None, **known):
    """MAKER_FLOW of consecutive minutes; None is a gap."""
    rows = []
    for number, value in enumerate(decayed):
        covered = (0.0 if value is None else 1.0) if coverage is None else coverage[number]
        for half_life in half_lives:
            row = {
                "bar_end": 60 * (first + number),
                "half_life_min": half_life,
                "decayed_qty": value,
                "coverage": covered,
            }
            rows.append(row | {name: values[number] for name, values in known.items()})
    return frame(MAKER_FLOW, rows)


def found(made, *more, minutes=10, start=0, **params):
    return run(MAKER_INVENTORY_SIGNAL, made, *more, start=start, until=60 * minutes, **{**HOLD, **params})


def test_every_column_by_hand():
    made = found(flow([8, 0, 0, 4, 0]), seconds({60: (3, 0), 200: (0, 1)}, 300))
    assert column(made, "bar_end") == [60, 120, 180, 240, 300]
    assert column(made, "half_life_min") == [1] * 5
    assert column(made, "known_ts") == [60.1, 120.1, 180.1, 240.1, 300.1]
    assert column(made, "inventory_qty") == [8, 4, 2, 5, 2.5]
    assert column(made, "unleaked_qty") == [-3, -3, -3, -2, -2]
    root = 2**0.5
    assert column(made, "z_level") == [None, None, *(pytest.approx(z) for z in (-4 / 8**0.5, root, -1 / (3 / root)))]
    assert column(made, "z_change") == [None] * 4 + [pytest.approx(3 / (7 / root))]
    assert column(made, "q_level") == [None, None, None, 1, 0.5]
    assert column(made, "coverage") == [0, 0.5, 1, 1, 1]
    assert column(made, "confidence") == [0.5, 0.75, 0.875, 0.9375, 0.96875]


def test_market_makers_hold_their_share():
    there, half = found(flow([8, 0, 0, 4, 0])), found(flow([8, 0, 0, 4, 0]), maker_share=0.5)
    assert_frame_equal(half, there.with_columns(pl.col("inventory_qty") / 2))


def test_over_a_gap_what_is_held_leaks_and_what_came_is_not_known():
    made = found(flow([8, None, 0, 0, 0, 0]))
    assert column(made, "inventory_qty") == [8, None, 2, 1, 0.5, 0.25]
    assert column(made, "z_level")[:4] == [None] * 4, "one of two minutes is too little to compare with"
    assert column(made, "coverage") == [0, 0.5, 0.5, 0.5, 1, 1]
    assert column(made, "confidence")[:3] == [0.5, 0.25, 0.625]


def test_minutes_without_a_row_are_not_covered():
    rows = flow([8, 0, 0, 0, 0, 0])
    made = found(rows.filter(pl.col("bar_end") != instant(120)))
    assert column(made, "inventory_qty") == [8, 2, 1, 0.5, 0.25]
    assert column(made, "coverage") == [0, 0.5, 0.5, 1, 1]
    assert column(made, "confidence")[1] == 0.625


def test_half_lives_are_apart_and_a_burn_in_is_five_of_them():
    made = found(flow([8, 0, 0, 0], half_lives=(1, 2)), half_life_min=[1, 2], burn_in_half_lives=1)
    held = {half_life: column(part, "inventory_qty") for (half_life,), part in made.group_by("half_life_min")}
    assert held[1] == [8, 4, 2, 1]
    assert held[2] == [None, *(pytest.approx(8 * 2 ** (-age / 2)) for age in (1, 2, 3))]
    made = found(flow([8] * 6), burn_in_half_lives=5)
    assert made["inventory_qty"].is_null().to_list() == [True] * 4 + [False] * 2


def test_scores_wait_for_a_history():
    made = found(flow([8, 1, 0, 4, 0, 2]), min_history_min=4)
    assert made["z_level"].is_null().to_list() == [True] * 3 + [False] * 3
    assert column(made, "q_level")[3] == 1, "ranked among the scores before, stated or not"


def test_a_row_is_known_when_all_it_remembers_is():
    """Of a half-life of a minute a day remembers 32 minutes before the first day its ranks reach back to."""
    begin = -1_440 - 32 + 1
    late = {begin - 1: 9e9, begin: 900, 0: 150, 4: 400}
    minutes = range(begin - 1, 6)
    made = found(
        flow([1] * len(minutes), begin - 1, known_ts=[late.get(minute, 60 * minute + 0.1) for minute in minutes])
    )
    assert column(made, "known_ts") == [900] * 5
    late[begin] = 0
    made = found(
        flow([1] * len(minutes), begin - 1, known_ts=[late.get(minute, 60 * minute + 0.1) for minute in minutes])
    )
    assert column(made, "known_ts") == [150, 150, 180.1, 400, 400]
    slow = seconds({}, 300).with_columns(known_ts=pl.col("known_ts").dt.offset_by("1m"))
    assert column(found(flow([1] * 5), slow), "known_ts") == [120.1, 180.1, 240.1, 300.1, 360.1]


def random_flow(days, seed=1, half_lives=(1, 30)):
    """Whole days, with gaps, and with quiet hours in which the least standard deviation counts."""
    draw = np.random.default_rng(seed)
    size = days * 1_440
    value = draw.normal(size=size) * np.where(np.arange(size) % 700 < 250, 1e-4, 1)
    known = draw.random(size) > 0.02
    known[2_000:2_200] = False
    return flow([x if ok else None for x, ok in zip(value.tolist(), known, strict=True)], 1, half_lives)


LONG = {"half_life_min": [1, 30], "window_min": 60, "change_window_min": 200, "rank_window_min": 1_000,
        "min_history_min": 300, "burn_in_half_lives": 5}  # fmt: skip


def test_a_day_is_the_same_bit_by_bit_whatever_stands_before_its_declared_history():
    rows, (begin, end) = random_flow(6), (5 * DAY_S, 6 * DAY_S)
    reach = MAKER_INVENTORY_SIGNAL.inputs[0].reach({**MAKER_INVENTORY_SIGNAL.params, **LONG})
    assert reach.days == 2
    assert reach.seconds == 32 * 30 * 60
    whole = found(rows, start=begin, minutes=end // 60, **LONG)
    declared = rows.filter(pl.col("bar_end") > instant(begin) - reach)
    assert declared.height < rows.height
    assert_frame_equal(found(declared, start=begin, minutes=end // 60, **LONG), whole, check_exact=True)
    both = found(rows, start=begin - DAY_S, minutes=end // 60, **LONG)
    assert_frame_equal(both.tail(whole.height), whole, check_exact=True)
    assert whole.null_count().select("z_level", "z_change", "q_level").max_horizontal().item() < whole.height / 10


def test_a_rank_is_that_of_the_stated_score_among_the_stated_scores_before():
    made = found(random_flow(4), start=2 * DAY_S, minutes=4 * 1_440, **LONG).filter(pl.col("half_life_min") == 30)
    score, minute = made["z_level"].to_numpy(), made["bar_end"].to_physical().to_numpy() // 60_000_000
    checked = 0
    for row in range(1_440, made.height, 97):
        past = score[(minute >= minute[row] - 1_000) & (minute < minute[row]) & ~np.isnan(score)]
        if not np.isnan(score[row]):
            expected = (np.sum(past < score[row]) + np.sum(past == score[row]) / 2) / past.size
            assert made["q_level"][row] == expected
            checked += 1
    assert checked > 10


def test_midnight_leaves_no_mark():
    """The memory of 32 half-lives begins anew with every day; plain recursion over all of them differs by 2^-32."""
    rows = random_flow(3, half_lives=(30,)).with_columns(pl.col("decayed_qty").fill_null(0.0))
    made = found(rows, minutes=3 * 1_440, **{**LONG, "half_life_min": [30], "burn_in_half_lives": 0})
    held, plain = 0.0, []
    for value in rows["decayed_qty"].to_list():
        held = held * 2 ** (-1 / 30) + value
        plain.append(held)
    assert np.abs(made["inventory_qty"].to_numpy() - plain).max() < 1e-8


def test_a_half_life_that_maker_flow_lacks_is_refused_in_words():
    with pytest.raises(
        ValueError, match=r"expected maker_flow with half_life_min \[1, 3\], got \[1\]: set it for maker_flow"
    ):
        found(flow([1, 1]), half_life_min=[1, 3])


@pytest.mark.parametrize("wrong", [-1, 33])
def test_a_burn_in_beyond_memory_is_refused_in_words(wrong):
    with pytest.raises(ValueError, match="expected burn_in_half_lives from 0 to 32"):
        found(flow([1, 1]), burn_in_half_lives=wrong)


def persistent_takers(events, seed):
    """Signs of taker orders: ten big orders at a time, of Pareto length, executed in pieces (long memory)."""
    draw = np.random.default_rng(seed)
    side, left, signs = draw.choice([-1, 1], 10), np.ceil(draw.pareto(1.5, 10)), np.empty(events, np.int64)
    for event, which in enumerate(draw.integers(0, 10, events)):
        if left[which] <= 0:
            side[which], left[which] = draw.choice([-1, 1]), np.ceil(draw.pareto(1.5)) + 1
        signs[event] = side[which]
        left[which] -= 1
    return signs


def test_what_the_proxy_recovers_of_a_toy_market():
    """Makers pass on half of their inventory in 30 minutes: the leak matters more than anything else."""
    days, every = 8, 20
    signs = persistent_takers(days * DAY_S // every, seed=14)
    times = np.arange(signs.size) * every + every / 2
    tape = frame(
        TAKER_ORDERS,
        [{"event_ts": t, "side": s, "qty": 1.0} for t, s in zip(times.tolist(), signs.tolist(), strict=True)],
    )
    grid = {"half_life_min": [3, 15, 30, 60, 300]}
    flows = run(MAKER_FLOW_SIGNAL, tape, seconds({}, days * DAY_S), until=days * DAY_S, **grid)
    made = found(flows, minutes=days * 1_440, **{**SHORT, **grid, "maker_share": 0.6})

    held, truth = 0.0, []
    for event, sign in enumerate(signs.tolist()):
        held = held * 2 ** (-every / 60 / 30) - 0.6 * sign
        if (event + 1) % 3 == 0:
            truth.append(held * 2 ** (-every / 2 / 60 / 30))
    alike = {
        half_life: np.corrcoef(part["inventory_qty"].to_numpy(), truth)[0, 1]
        for (half_life,), part in made.group_by("half_life_min")
    }
    assert alike == pytest.approx({3: 0.65, 15: 0.95, 30: 1.0, 60: 0.95, 300: 0.61}, abs=0.03)
    assert alike[30] > 0.999999
    naive = flows.filter(pl.col("half_life_min") == 30)["maker_net_qty"].cum_sum()
    assert abs(np.corrcoef(naive.to_numpy(), truth)[0, 1]) < 0.4
