"""(16) One verdict of the fixed list, why, and what this much data cannot show; (17) what none of it is."""

from typing import Any, Final

import numpy as np

from backtest.claims.registry import CLAIMS
from backtest.inference.false_discovery import benjamini_yekutieli
from backtest.tearsheet.case import LEAST_APART, Case
from backtest.verdict import HURDLE_T, LEAST_DAYS, LEVEL, VERDICTS, Findings, verdict
from signals.bars import SECOND

CAVEAT: Final = (
    "Research on recorded or simulated data. It describes what was recorded, not what will happen, and is no trading "
    "advice: no order was sent, fills and costs are modelled, and a signal that passes here can fail tomorrow. "
    "Simulated markets bound from above what can be expected of real ones."
)


def conclusion(case: Case, facts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """From the other sections, by name."""
    predicting, why = _is_predicting(case, facts)
    costs = facts["costs"]
    later = bool(costs.get("is_paying_later")) and facts["trials"]["is_won"]
    explains = facts["explained"]["is_explaining"]
    found = Findings(explains, predicting, bool(costs.get("is_paying")), later)
    said = verdict(found)
    return {
        "verdict": said,
        "meaning": VERDICTS[said],
        "is_explaining": found.is_explaining,
        "is_predicting": found.is_predicting,
        "is_paying": found.is_paying,
        "is_paying_later": found.is_paying_later,
        "why": why,
        "looks_like_a_leak": bool(facts["placebo"]["suspicions"]),
        "cannot_show": limits(case, facts),
    }


def _is_predicting(case: Case, facts: dict[str, dict[str, Any]]) -> tuple[bool, list[str]]:
    """Days enough; right sign and beyond chance over all horizons; beyond itself moved in time; beyond the naive
    signal; no leak."""
    curve, held = facts["decay"], facts["placebo"]
    best = curve["best_horizon_s"]
    row = next((row for row in curve["rows"] if row["horizon_s"] == best), None)
    if row is None:
        tested = any(row["p"] is not None for row in curve["rows"])
        return False, ["no horizon has the registered sign" if tested else "no horizon could be tested"]
    beyond = row["p_adjusted"] < LEVEL
    shifts = held["shifted_in_time"]
    steps = [
        f"at {best:g} s the correlation has the registered sign, p {row['p_adjusted']:.2g} over all horizons: "
        + ("beyond chance" if beyond else "not beyond chance"),
        "too short to be moved in time"
        if shifts is None
        else f"itself moved in time does as well in {shifts['p']:.1%} of {shifts['draws']} draws",
        "adds to the past return"
        if held["adds_to_naive"]
        else f"not shown to add to the past return: |t| above {HURDLE_T:g} is asked",
        *(f"looks like a leak: {what}" for what in held["suspicions"]),
    ]
    if not case.is_daily:
        steps.append(f"too little data: nothing is called predictive below {LEAST_DAYS} days, whatever the figures")
    holds = beyond and held["beats_shifts"] and held["adds_to_naive"] and not held["suspicions"]
    return bool(case.is_daily and holds), steps


def limits(case: Case, facts: dict[str, dict[str, Any]]) -> list[str]:
    """What so little cannot show, in sentences."""
    said = []
    seen = case.series.at[np.isfinite(case.series.value)]
    if not seen.size:
        return ["not one value of the signal is known in this time: nothing at all"]
    span_s = float(seen[-1] - seen[0]) / SECOND
    short = [row for row in facts["decay"]["rows"] if row["status"].startswith("too short")]
    if short:
        names = ", ".join(f"{row['horizon_s']:,g}" for row in short)
        said.append(
            f"{_span(span_s)} of the signal hold fewer than {LEAST_APART} returns of {names} s that do not overlap: "
            "of these horizons nothing is said"
        )
    days = len(np.unique(case.series.day[np.isfinite(case.series.value)]))
    if not case.is_daily:
        said.append(
            f"{days} day{'s' * (days != 1)}: whether it holds from day to day is not seen; that takes {LEAST_DAYS}"
        )
    least = facts["power"]["detectable_ic"]
    if least is None or least > 0.02:
        size = "any correlation" if least is None else f"a correlation below {least:.2f}"
        said.append(f"{size} would most likely go unnoticed; real ones are mostly below 0.05")
    if (p := p_of_best(facts["decay"])) < LEVEL:
        claims = len(CLAIMS)
        said.append(
            f"one of {claims} claims: if the others show nothing, p over all of them is {over_all(p, claims):.2g} "
            "(Benjamini-Yekutieli), and this verdict does not ask for it"
        )
    if facts["trials"]["dsr"] is None:
        said.append(f"no deflated Sharpe ratio: {facts['trials']['dsr_why']}")
    if not case.others:
        said.append("one market: whether others agree is not seen")
    return said


def p_of_best(curve: dict[str, Any]) -> float:
    """Over all horizons, of the one that speaks most for the registered sign; 1 without one."""
    return next((row["p_adjusted"] for row in curve["rows"] if row["horizon_s"] == curve["best_horizon_s"]), 1.0)


def over_all(p: float, claims: int) -> float:
    """p of one claim in a family of `claims`, adjusted as if no other said anything: the most it can come to."""
    return float(benjamini_yekutieli(np.array([p] + [1.0] * (claims - 1)))[0])


def _span(seconds: float) -> str:
    for width, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * width:
            return f"{seconds / width:,.1f} {name}"
    return f"{seconds:,.0f} seconds"
