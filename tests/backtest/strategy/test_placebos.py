"""Controls are held against what leaves as they do."""

import polars as pl

from backtest.placebo.reversion_controls import CONTROLS
from backtest.strategy.placebos import RULE, compare
from tests.backtest.strategy.closed_trades import apart, trades


def compared(**gross):
    """The rule makes 20 gross, its entries by plain exits 10, every control 0 unless said otherwise."""
    means = {RULE: 20.0, **dict.fromkeys(CONTROLS, 0.0), "own_entries": 10.0} | gross
    return compare({name: apart(40, mean, mean - 9) for name, mean in means.items()}, seed=1)


def test_flipped_is_held_against_the_rule_all_others_against_its_entries():
    found = compared()
    assert set(found) == set(CONTROLS)
    assert {one.against for name, one in found.items() if name not in ("flipped", "own_entries")} == {"own_entries"}
    assert (found["flipped"].against, round(found["flipped"].excess.value, 6)) == (RULE, 20)
    assert round(found["shuffled"].excess.value, 6) == 10
    assert found["own_entries"].is_beaten is None
    assert all(one.is_beaten for name, one in found.items() if name != "own_entries")


def test_a_placebo_has_to_be_beaten_beyond_chance_entering_at_once_just_beaten():
    found = compared(shuffled=9.8, no_wait=9.8)
    assert (found["shuffled"].is_beaten, found["no_wait"].is_beaten) == (False, True)
    assert compared(no_wait=10.5)["no_wait"].is_beaten is False


def test_a_placebo_without_trades_beats_nothing_and_is_not_beaten():
    made = {RULE: apart(40, 20, 11), "own_entries": apart(40, 10, 1), "shuffled": trades()}
    found = compare(made, seed=1)["shuffled"]
    assert (found.is_beaten, found.gross.trades) == (False, 0)
    assert compare({**made, "shuffled": pl.concat([made[RULE].clear()])}, seed=1)["shuffled"].ordered == 0
