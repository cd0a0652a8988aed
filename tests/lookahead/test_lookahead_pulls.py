"""Pulls of quotes are few in the fixture market; with laxer rules there are some hundreds, held to the same claims."""

from dataclasses import replace

import pytest

from tests.lookahead.checks import check_chunks, check_delay, check_poison, check_prefix, check_restart
from tests.lookahead.conftest import DAMAGES
from tests.lookahead.moments import moments

LAX = {"pull_min_ticks": 1, "pull_min_bps": 0.0, "pull_spread_share": 0.0, "pull_max_traded_share": 0.9}


@pytest.mark.parametrize("damage", DAMAGES)
def test_pulls_do_not_look_ahead(damage, recording):
    days = [replace(case, params={**case.params, **LAX}) for case in recording(damage).cases["book_pass"]]
    for day, case in enumerate(days):
        drawn = moments(case, 12, 31 + day)
        check_prefix(case, drawn)
        check_poison(case, drawn[:4])
        check_delay(case, 5)
        check_chunks(case, (1_009,))
    check_restart(*days)
    if damage == "healthy":
        made = days[0].whole["quote_pulls"]
        assert made.height > 100
        assert 0 < made["is_restored"].sum() < made.height
        assert (made["traded_qty"] > 0).any()
