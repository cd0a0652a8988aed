"""The registry of claims: complete, and each claim about something that exists."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from backtest.claims.registry import CLAIMS, NO_CLAIM
from signals import SIGNALS
from signals.observation import OBSERVATIONS

ROOT = Path(__file__).parents[3]


def test_every_signal_claims_something_or_says_why_not():
    for signal in SIGNALS:
        assert (signal.name in CLAIMS) != (signal.name in NO_CLAIM) or any(
            claim.signal is signal for claim in CLAIMS.values()
        ), signal.name
    assert set(NO_CLAIM) <= {signal.name for signal in SIGNALS}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=list(CLAIMS))
def test_a_claim_is_about_columns_of_a_table_its_signal_makes(claim):
    assert claim.table in claim.signal.outputs
    made = claim.table.empty().lazy().select(claim.value.cast(pl.Float64)).collect()
    assert made.width == 1
    if claim.where is not None:
        claim.table.empty().filter(claim.where)
    if claim.pick is not None:
        assert claim.pick[0] in claim.table.schema
    assert {"known_ts"} <= set(claim.table.schema)


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=list(CLAIMS))
def test_every_failure_has_a_test_that_exists(claim):
    assert claim.failures
    for failure in claim.failures:
        assert (ROOT / failure.test).is_file(), failure


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=list(CLAIMS))
def test_lengths_fit_each_other(claim):
    assert claim.step_s in (1, 60)
    assert claim.horizon_s % claim.step_s == 0
    assert claim.window_s >= claim.step_s
    assert claim.lookback_s >= claim.step_s
    assert claim.registered == date(2026, 11, 29 if claim.is_of_chain else 28)


def test_observations_keep_the_sign_of_their_reading():
    for one in OBSERVATIONS:
        claim = CLAIMS.get(f"observations.{one.name}")
        if one.name == "wash_like":
            assert claim is None
            continue
        assert claim is not None
        assert claim.sign == (-1 if one.claim == "level" else 1)
        assert claim.forecast == ("size" if one.claim == "size" else "return")


def test_signs_that_stand_since_the_day_they_were_fixed():
    """A change here is another claim: it takes another date, and is a trial more."""
    against = {name for name, claim in CLAIMS.items() if claim.sign < 0}
    assert against == {"basis", "basis.funding_apr", "observations.basis", "observations.funding"}
    sizes = {name for name, claim in CLAIMS.items() if claim.forecast == "size" and "." not in name}
    assert sizes == {"vpin", "price_impact", "spread", "spread_widening", "volatility", "volatility_regime"}
