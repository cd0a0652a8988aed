"""The tearsheet as numbers: seventeen sections in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from backtest.tearsheet.buckets import buckets
from backtest.tearsheet.calibration import calibration
from backtest.tearsheet.case import Case
from backtest.tearsheet.conclusion import CAVEAT, conclusion
from backtest.tearsheet.costs import costs
from backtest.tearsheet.decay import decay
from backtest.tearsheet.distribution import distribution
from backtest.tearsheet.explained import explained_share
from backtest.tearsheet.incremental import incremental
from backtest.tearsheet.placebo import placebo
from backtest.tearsheet.power import power
from backtest.tearsheet.stability import stability
from backtest.tearsheet.trial_count import trial_count
from backtest.trial import Trial

SECTIONS: Final = (
    "identity",
    "sample",
    "distribution",
    "calibration",
    "decay",
    "explained",
    "incremental",
    "buckets",
    "stability",
    "placebo",
    "scorecard",
    "costs",
    "trials",
    "power",
    "failures",
    "verdict",
    "caveat",
)


@dataclass(frozen=True, slots=True)
class Tearsheet:
    """name: of the claim; market: as venue/symbol; sections: plain values by the names of SECTIONS, in that order."""

    name: str
    market: str
    sections: Mapping[str, Any]

    @property
    def verdict(self) -> str:
        return str(self.sections["verdict"]["verdict"])


def judge(
    case: Case,
    *,
    identity: Mapping[str, Any],
    sample: Mapping[str, Any],
    scorecard: Mapping[str, Any],
    trials: Sequence[Trial],
    chosen: Trial | None,
) -> Tearsheet:
    """All sections of a case. identity, sample, scorecard: what the judge cannot see; trials: all of the family, and
    the one that is this claim at its own horizon.

    Placebos and what the signal adds are looked at where it speaks most for itself; all else at the horizon registered.
    """
    curve = decay(case)
    own = float(case.claim.horizon_s)
    best = curve["best_horizon_s"] or own
    facts: dict[str, Any] = {
        "identity": dict(identity),
        "sample": dict(sample),
        "distribution": distribution(case),
        "calibration": calibration(case),
        "decay": curve,
        "explained": explained_share(case),
        "incremental": incremental(case, best),
        "buckets": buckets(case, own),
        "stability": stability(case, own),
        "placebo": placebo(case, best),
        "scorecard": dict(scorecard),
        "costs": costs(case, own),
        "trials": trial_count(trials, chosen),
        "power": power(case, own),
        "failures": [{"what": one.what, "test": one.test} for one in case.claim.failures],
    }
    facts["verdict"] = conclusion(case, facts)
    facts["caveat"] = CAVEAT
    return Tearsheet(case.claim.name, case.market, {name: facts[name] for name in SECTIONS})
