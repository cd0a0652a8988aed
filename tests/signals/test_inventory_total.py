"""Rows of inventory_total a person can check by hand, and what must hold of any group."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from signals.inventory_total import INVENTORY_TOTAL, INVENTORY_TOTAL_SIGNAL
from signals.maker_inventory import MAKER_INVENTORY
from signals.table import Span
from tests.signals.tape_frames import DAY_S, column, frame, instant

OWN, SPOT, COINM = "perp/BTC", "spot/BTC", "zcoin/BTC"
SHORT = {
    "share_days": 1,
    "seasonal_window_min": 60,
    "window_min": 2,
    "change_window_min": 2,
    "rank_window_min": 4,
    "min_history_min": 2,
}
DAY_MIN = 1_440


def held(market, values, first=1, half_life=1, confidence=1.0, **columns):
    """MAKER_INVENTORY of consecutive minutes; None is a gap."""
    rows = [
        {"bar_end": 60 * (first + number), "half_life_min": half_life, "inventory_qty": value, "confidence": confidence}
        | {name: given[number] for name, given in columns.items()}
        for number, value in enumerate(values)
    ]
    venue, symbol = market.split("/")
    return frame(MAKER_INVENTORY, rows).with_columns(venue=pl.lit(venue), symbol=pl.lit(symbol))


def found(own, *peers, names=None, start=0, until=10 * 60, **params):
    """What the signal makes of the own rows and the peers'; `names` are all peers, those without rows too."""
    names = [f"{rows['venue'][0]}/{rows['symbol'][0]}" for rows in peers] if names is None else names
    made = INVENTORY_TOTAL_SIGNAL.compute(
        {
            "maker_inventory": own.lazy(),
            "peers/maker_inventory": pl.concat([MAKER_INVENTORY.empty(), *peers]).lazy(),
        },
        span=Span(instant(start), instant(until)),
        chunk_rows=1,
        peers=names,
        **{**INVENTORY_TOTAL_SIGNAL.params, **SHORT, **params},
    )
    return INVENTORY_TOTAL.check(made["inventory_total"])


def test_every_column_by_hand():
    own = held(OWN, [1, 2, 3, 4, 5], unleaked_qty=[-1, -1, -2, -2, -3])
    peer = held(
        SPOT, [1, 2, 1, 3, 0], confidence=0.5, unleaked_qty=[0, 5, 5, 5, 5], known_ts=[70, 125, 500, 240.2, 300]
    )
    made = found(own, peer)
    root = 2**0.5
    assert column(made, "bar_end") == [60, 120, 180, 240, 300]
    assert made["venue"].unique().to_list() == ["perp"]
    assert column(made, "half_life_min") == [1] * 5
    assert column(made, "known_ts") == [70, 125, 500, 500, 500]
    assert column(made, "inventory_qty") == [2, 4, 4, 7, 5]
    assert column(made, "unleaked_qty") == [-1, 4, 3, 3, 2]
    # Two minutes before: 2 and 4; 4 and 4, whose deviation counts as 5 % of the median before, sqrt 2; 4 and 7.
    z_level = [1 / root, 3 / (0.05 * root), -0.5 / (3 / root)]
    assert column(made, "z_level") == [None, None, *map(pytest.approx, z_level)]
    # Over two minutes it changed by 2, 3 and 1.
    assert column(made, "z_change") == [None] * 4 + [pytest.approx(-1.5 / (1 / root))]
    assert column(made, "q_level") == [None, None, None, 1, 0]
    # Its usual size is 2, 3, 4 and 4, so it is 2, 4/3, 7/4 and 5/4 of it.
    z_seasonal = [(7 / 4 - 5 / 3) / (2 / 3 / root), (5 / 4 - 37 / 24) / (5 / 12 / root)]
    assert column(made, "z_seasonal") == [None] * 3 + [pytest.approx(z) for z in z_seasonal]
    assert column(made, "known_share") == [1] * 5
    assert column(made, "coverage") == [0, 0.5, 1, 1, 1]
    assert column(made, "confidence") == [0.75] * 5
    assert made.select("n_markets", "n_known").unique().rows() == [(2, 2)]
    assert made["markets"].unique().to_list() == ["perp/BTC + spot/BTC"]


def test_a_usual_size_is_of_the_seasonal_window_only():
    """Of the two minutes before it is 4 and 5.5 in the end, so the level is 2, 4/3, 7/4 and 10/11 of it."""
    made = found(held(OWN, [1, 2, 3, 4, 5]), held(SPOT, [1, 2, 1, 3, 0]), seasonal_window_min=2)
    assert made["z_seasonal"][-1] == pytest.approx((10 / 11 - 37 / 24) / (5 / 12 / 2**0.5))


def test_long_here_and_short_there_is_nothing_held():
    """A delta hedge creates no inventory (I3): 5 taken in from takers of the perpetual, sold again on spot."""
    made = found(held(OWN, [5, 5, 5]), held(SPOT, [-5, -5, -5]))
    assert column(made, "inventory_qty") == [0, 0, 0]
    assert column(made, "z_level") == [None] * 3, "what never moves has no score"


def test_two_takers_of_vector_5_on_two_venues():
    """Of a taker who bought 2 here and one who sold 0.5 there, makers without a leak are short 2 and long 0.5: -1.5."""
    made = found(held(OWN, [-2.0], unleaked_qty=[-2.0]), held(SPOT, [0.5], unleaked_qty=[0.5]))
    assert made.select("inventory_qty", "unleaked_qty").row(0) == (-1.5, -1.5)


def yesterday(market, size):
    """A minute before midnight: what the market carries today."""
    return held(market, [size], first=0)


def group(own, spot, sizes=(9, 1)):
    """Today's inventories of two markets that carried `sizes` yesterday; a market without any has no rows today."""
    markets = zip((OWN, SPOT), sizes, (own, spot), strict=True)
    return [pl.concat([yesterday(name, size), held(name, today)]) for name, size, today in markets]


def test_a_market_that_carries_little_may_be_silent():
    made = found(*group([9, -9, 9], [1, None, 2], (9, 1)))
    assert column(made, "inventory_qty") == [10, -9, 11]
    assert column(made, "known_share") == [1, 0.9, 1]
    assert column(made, "n_known") == [2, 1, 2]
    assert column(made, "confidence") == [1, 0.9, 1]


def test_without_one_that_carries_much_there_is_no_sum():
    made = found(*group([9, None, 9], [1, 5, 2], (9, 1)))
    assert column(made, "inventory_qty") == [10, None, 11]
    assert column(made, "known_share") == pytest.approx([1, 0.1, 1])
    assert column(made, "confidence") == pytest.approx([1, 0.1, 1])
    assert column(made, "n_known") == [2, 1, 2]


def test_a_minute_without_a_row_is_one_without_an_inventory():
    own, spot = group([9, 9, 9], [2, 2, 2], (6, 4))
    made = found(own, spot.filter(pl.col("bar_end") != instant(120)))
    assert column(made, "inventory_qty") == [11, None, 11]
    assert column(made, "confidence") == [1, 0.6, 1]


def test_while_no_market_has_a_past_they_count_alike():
    three = [held(OWN, [1, 1]), held(SPOT, [1, None]), held(COINM, [1, 1])]
    made = found(*three)
    assert column(made, "known_share") == [1, pytest.approx(2 / 3)]
    assert column(made, "inventory_qty") == [3, None]


def test_a_market_of_which_nothing_was_recorded_is_counted_but_carries_nothing():
    own = pl.concat([yesterday(OWN, 3), held(OWN, [1, 2])])
    made = found(own, names=[SPOT])
    assert made.select("inventory_qty", "n_markets", "n_known", "known_share").rows() == [(1, 2, 1, 1), (2, 2, 1, 1)]
    assert made["markets"][0] == "perp/BTC + spot/BTC"
    first_day = found(held(OWN, [1, 2]), names=[SPOT])
    assert column(first_day, "inventory_qty") == [None, None]


def test_the_baseline_is_summed_by_the_same_rule():
    own = pl.concat([yesterday(OWN, 9), held(OWN, [9, 9, 9], unleaked_qty=[4, 4, None])])
    spot = pl.concat([yesterday(SPOT, 1), held(SPOT, [1, 1, 1], unleaked_qty=[1, None, 1])])
    assert column(found(own, spot), "unleaked_qty") == [5, 4, None]


def test_weights_multiply_and_are_said():
    own, spot = group([9, 9], [4, None], (9, 4))
    made = found(own, spot, weights={SPOT: 0.5, "elsewhere/BTC": 7})
    assert column(made, "inventory_qty") == [11, 9], "9 of 11 is enough"
    assert column(made, "known_share") == [1, pytest.approx(9 / 11)]
    assert made["markets"][0] == "perp/BTC + 0.5 spot/BTC"
    assert column(found(own, spot), "inventory_qty") == [13, None], "9 of 13 is not"


@pytest.mark.parametrize("wrong", [-1, float("nan"), "1", True])
def test_a_weight_that_is_none_is_refused_in_words(wrong):
    with pytest.raises(ValueError, match=r"expected weights to be numbers of 0 or more, got .* for spot/BTC"):
        found(held(OWN, [1]), held(SPOT, [1]), weights={SPOT: wrong})


def test_without_peers_there_are_no_rows():
    assert found(held(OWN, [1, 2, 3])).is_empty()


def test_half_lives_are_summed_apart():
    def both(market, one, two):
        return pl.concat([held(market, one), held(market, two, half_life=2)]).sort("bar_end", "half_life_min")

    made = found(both(OWN, [1, 2], [10, 20]), both(SPOT, [3, 4], [30, 40]))
    assert column(made, "half_life_min") == [1, 2, 1, 2]
    assert column(made, "inventory_qty") == [4, 40, 6, 60]


def test_a_row_is_known_when_all_that_its_sums_and_scores_reach_back_to_is():
    """Peers' rows too: two days of scores, and a day that says what the first of these sums was made of."""
    begin = -3 * DAY_MIN + 1
    minutes = range(begin - 1, 3)
    own = held(OWN, [1] * len(minutes), first=begin - 1)
    for late, expected in ({begin - 1: 9_000}, [60.1, 120.1]), ({begin: 9_000}, [9_000, 9_000]):
        known = [late.get(minute, 60 * minute + 0.1) for minute in minutes]
        peer = held(SPOT, [1] * len(minutes), first=begin - 1, known_ts=known)
        made = found(own, peer, rank_window_min=DAY_MIN // 2)
        assert column(made, "known_ts") == expected


LONG = {
    "share_days": 1,
    "seasonal_window_min": 2_000,
    "window_min": 60,
    "change_window_min": 200,
    "rank_window_min": 1_000,
    "min_history_min": 300,
}


def random_group(days, seed=1):
    """Whole days of three markets with two half-lives, with gaps and with quiet hours."""
    draw, size = np.random.default_rng(seed), days * DAY_MIN
    made = []
    for market, scale in ((OWN, 5.0), (SPOT, 3.0), (COINM, 0.5)):
        halves = []
        for half_life in (1, 30):
            values = scale * draw.normal(size=size) * np.where(np.arange(size) % 700 < 250, 1e-4, 1)
            known = draw.random(size) > 0.02
            known[int(2_000 * scale) : int(2_000 * scale) + 90] = False
            values = [x if is_known else None for x, is_known in zip(values.tolist(), known, strict=True)]
            halves.append(held(market, values, half_life=half_life, unleaked_qty=values))
        made.append(pl.concat(halves).sort("bar_end", "half_life_min"))
    return made


def test_a_day_is_the_same_bit_by_bit_whatever_stands_before_its_declared_history():
    frames, begin, until = random_group(7), 6 * DAY_S, 7 * DAY_S
    reach = INVENTORY_TOTAL_SIGNAL.inputs[1].reach({**INVENTORY_TOTAL_SIGNAL.params, **LONG})
    assert reach.total_seconds() == 60 * (1_000 + 60 + 2_000 + 1_440)
    whole = found(*frames, start=begin, until=until, **LONG)
    declared = [rows.filter(pl.col("bar_end") > instant(begin) - reach) for rows in frames]
    assert_frame_equal(found(*declared, start=begin, until=until, **LONG), whole, check_exact=True)
    both = found(*frames, start=begin - DAY_S, until=until, **LONG)
    assert_frame_equal(both.tail(whole.height), whole, check_exact=True)
    scores = whole.null_count().select("z_level", "z_change", "q_level", "z_seasonal")
    assert scores.max_horizontal().item() < whole.height / 5


def test_the_order_in_which_peers_are_named_changes_nothing():
    own, spot, coinm = random_group(2)
    one, other = (found(own, *peers, until=2 * DAY_S) for peers in ((spot, coinm), (coinm, spot)))
    assert_frame_equal(one, other, check_exact=True)


def test_a_group_of_one_and_a_silent_other_has_the_scores_of_the_one():
    """The scores are those of a level, whoever states it: doubled, they are the same."""
    (own, *_) = random_group(3)
    twin = own.with_columns(venue=pl.lit("spot"))
    alone, twice = (
        found(own, names=[SPOT], until=3 * DAY_S, min_known_share=0.5, **LONG),
        found(own, twin, until=3 * DAY_S, **LONG),
    )
    names = ("z_level", "z_change", "q_level", "z_seasonal")
    later = pl.col("bar_end") > instant(2 * DAY_S)  # what covers a window counts by number on the first day
    assert_frame_equal(alone.filter(later).select(names), twice.filter(later).select(names))


def test_an_hour_that_is_always_wild_makes_no_seasonal_alarm():
    """Levels are ten times as large in one hour of every day of the week; the plain score takes that for news."""
    draw, days = np.random.default_rng(4), 15
    minute = np.arange(days * DAY_MIN)
    is_wild = minute // 60 % 24 == 15
    levels = (draw.normal(size=minute.size) * np.where(is_wild, 10, 1)).tolist()
    made = found(
        held(OWN, levels),
        names=[SPOT],
        until=days * DAY_S,
        start=(days - 1) * DAY_S,
        **{**SHORT, "window_min": 120, "seasonal_window_min": 14 * DAY_MIN, "rank_window_min": 1_000},
    )
    hour = made.filter(pl.col("bar_end").is_between(instant(14 * DAY_S + 15 * 3_600), instant(14 * DAY_S + 16 * 3_600)))
    plain, seasonal = ((hour[name].abs() > 2).mean() for name in ("z_level", "z_seasonal"))
    assert plain > 0.3
    assert seasonal < 0.1
