"""Remaining sizes by hand: peaks of 5, times in seconds from midnight."""

import pytest

from signals.chain_ends import CHAIN_ENDS
from signals.remaining_size import REMAINING_COLUMNS
from signals.replenishment import REPLENISHMENT_SIGNAL
from tests.signals.refill_frames import prints, quiet_refills, refill, refills
from tests.signals.tape_frames import column, frame, run

RULES = {"fit_min": 1, "min_llr": None}
UNKNOWN = dict.fromkeys([column.name for column in REMAINING_COLUMNS]) | {"n_alike": 0}


def end(at, size, *, ended_by="taken", last=0.5, **more):
    """An even chain that was stated after three peaks of 5 and ended after `size` of them."""
    own = (size - last) * 5 if ended_by == "taken" else size * 5
    row = {"event_ts": at, "decided_ts": at + 10, "known_ts": at + 10.1, "n_refills": 9, "n_fast": 0, "n_hidden": 0}
    sizes = {"displayed_peak_qty": 5.0, "detected_qty": 15.0, "own_qty": own, "last_qty": last * 5}
    return row | sizes | {"n_even": 9, "ended_by": ended_by} | more


def remaining(*ends, **params):
    """The columns of the third refill, after three peaks of 5, at 100 s."""
    rows = [refill(at) for at in (98, 99, 100)]
    tables = refills(*rows), prints(*rows), frame(CHAIN_ENDS, ends)
    made = run(REPLENISHMENT_SIGNAL, *tables, until=200, **RULES | {"min_alike": 2} | params)
    return made.select(*UNKNOWN).to_dicts()[0]


def test_what_remains_by_hand():
    # Beyond 3 peaks: 4 at risk; completed at 3.5, 5 (of 3) and 8 (of 1, one being lost sight of at 6).
    ends = [end(10, 3.5), end(20, 5.0), end(30, 6.0, ended_by="quiet"), end(40, 8.0)]
    assert remaining(*ends) == {
        "alive_share": pytest.approx(3 / 4),  # beyond 4
        "completion_share": pytest.approx(1),
        "remaining_qty": pytest.approx(5 * (0.5 + 1.5 * 3 / 4 + 3 / 2)),
        "remaining_low_qty": 2.5,
        "remaining_high_qty": 25,
        "n_alike": 4,
    }


def test_chains_that_were_given_up_compete_and_censor():
    # A full last peak: the program stopped. At 4 one of three ends so, at 5 one of two is completed, at 6 the last.
    made = remaining(end(10, 4.0, last=1.0), end(20, 5.0), end(30, 6.0))
    assert made["completion_share"] == pytest.approx(2 / 3)
    assert made["remaining_qty"] == pytest.approx(5 * (2 + 1 / 2))
    assert made["alive_share"] == pytest.approx(2 / 3)


def test_a_native_chain_is_complete_when_takers_went_through_it():
    native = [end(at, 5.0, last=1.0, ended_by="passed", n_fast=9, own_qty=20.0) for at in (10, 20)]
    rows = [*quiet_refills(10, ms=100.0), *(refill(at, executed=5.0) for at in (98, 99, 100))]
    coarse = quiet_refills(10, ms=50.0, is_first_update=True) + rows[10:]
    for tape, share in ((rows, 1.0), (coarse, 0.0)):
        tables = refills(*tape), prints(*tape), frame(CHAIN_ENDS, native)
        made = run(REPLENISHMENT_SIGNAL, *tables, until=200, **RULES, min_alike=1)
        assert column(made, "completion_share") == [share]


def test_sizes_are_learnt_from_even_chains_that_are_over_and_were_stated():
    ends = [end(10, 4.0), end(20, 5.0)]
    assert remaining(*ends)["n_alike"] == 2
    assert remaining(*ends, end(30, 6.0, n_even=4))["n_alike"] == 2, "strung together by chance"
    assert remaining(*ends, end(30, 3.0, ended_by="quiet"))["n_alike"] == 2, "nothing came after it was stated"
    assert remaining(*ends, end(51, 6.0))["n_alike"] == 2, "not over at the fit"
    assert remaining(*ends, size_chains=1)["n_alike"] == 1
    assert remaining(*ends, min_alike=3) == UNKNOWN | {"n_alike": 2}
    old = end(-86_500, 5.0)
    assert remaining(old, *ends)["n_alike"] == 3
    assert remaining(old, *ends, size_days=1)["n_alike"] == 2
