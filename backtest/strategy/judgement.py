"""From figures to one of five verdicts, with the sentences that say why no more was claimed."""

from collections.abc import Mapping
from dataclasses import dataclass

from backtest.competition import LEAST_DSR, MOST_PBO, Competition
from backtest.strategy.figure import LEAST_FOR_ERROR, Figure
from backtest.strategy.placebos import Compared
from backtest.strategy.sample import Sample
from backtest.verdict import HURDLE_T, Findings, Verdict, verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    findings: Findings
    why: tuple[str, ...]


def judge(
    *,
    gross: Figure,
    net: Figure,
    net_later: Figure,
    controls: Mapping[str, Compared],
    competition: Competition,
    sample: Sample,
) -> Judgement:
    """gross, net: of the first part of the time; net_later: of the part set aside.

    Nothing is claimed from too small a sample, whatever its figures are. A strategy explains nothing of its own window.
    """
    unbeaten = [name for name, one in controls.items() if one.is_beaten is False]
    found = Findings(
        is_explaining=False,
        is_predicting=sample.is_enough and gross.is_positive and not unbeaten,
        is_paying=sample.is_enough and net.is_positive,
        is_paying_later=sample.is_enough and net_later.is_positive and competition.is_won,
    )
    why = [] if sample.is_enough else [f"too little data: {sample}"]
    why += [
        sentence
        for figure, what in ((gross, "gross, first 80 % of time"), (net, "net, first 80 %"))
        if (sentence := _not_positive(figure, what))
    ]
    if unbeaten:
        why.append("not above these placebos beyond chance: " + ", ".join(unbeaten))
    if sentence := _not_positive(net_later, "net, last 20 % of time, set aside"):
        why.append(sentence)
    why += _not_won(competition)
    return Judgement(verdict(found), found, tuple(why))


def _not_positive(figure: Figure, what: str) -> str:
    if not figure.trades:
        return f"{what}: no closed trade"
    if figure.episodes < LEAST_FOR_ERROR:
        return (
            f"{what}: {figure.mean:+.2f} bps from {figure.episodes} episodes; an error is stated from "
            f"{LEAST_FOR_ERROR} on"
        )
    if figure.is_positive:
        return ""
    return (
        f"{what}: {figure.mean:+.2f} bps, 95 % interval {figure.low:+.2f} to {figure.high:+.2f}, t {figure.t:.1f}; "
        f"above {HURDLE_T:g} is asked"
    )


def _not_won(competition: Competition) -> list[str]:
    why = []
    if competition.dsr is None:
        why.append(f"no deflated Sharpe ratio: {competition.dsr_reason}")
    elif not competition.dsr > LEAST_DSR:
        why.append(f"deflated Sharpe ratio {competition.dsr:.2f}, above {LEAST_DSR:g} is asked")
    if competition.pbo is None:
        why.append(f"no probability of overfitting: {competition.pbo_reason}")
    elif competition.pbo > MOST_PBO:
        why.append(f"probability of overfitting {competition.pbo:.2f}, at most {MOST_PBO:g} is asked")
    return why
