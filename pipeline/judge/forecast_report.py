"""The numbers of a judged forecast, as JSON would have them: the tearsheet shows these and no others."""

from dataclasses import asdict
from typing import Any, Final

from backtest.plain import plain
from pipeline.judge.forecast import Made, moment

_POINTS: Final = 600


def report(made: Made) -> dict[str, Any]:
    """What was forecast, on what, how it was split, what came out. Unknown numbers are null."""
    developed, judged = made.developed, made.judged
    return plain(
        {
            "about": made.about | {"choices": made.choices.as_dict()},
            "rows": _rows(made),
            "scores": [
                asdict(one) | {"chosen": one.form == developed.chosen} for one in (*developed.scores, *judged.scores)
            ],
            "folds": _folds(made),
            "combinatorial_r2": developed.spread.tolist(),
            "explaining_r2": asdict(developed.explaining),
            "control": {"r2": judged.control.r2.tolist(), "probability": judged.control.probability},
            "leaks": dict(developed.leaks),
            "importance": [
                {"feature": name, "r2_lost": float(lost.mean()), "spread": float(lost.std(ddof=1))}
                for name, lost in judged.importance.items()
            ],
            "reliability": judged.reliability and asdict(judged.reliability),
            "money": _money(made),
            "power": {
                "n": judged.power.n,
                "n_effective": judged.power.n_eff,
                "detectable_ic": judged.power.detectable_ic,
                "text": str(judged.power),
            },
            "saved": _saved(made),
            "findings": asdict(judged.findings),
            "verdict": judged.verdict,
        }
    )


def _rows(made: Made) -> dict[str, Any]:
    rows, parts = made.rows, made.developed.parts
    return {
        "market": str(made.source.market),
        "days": made.judged.days,
        "kept": rows.size,
        "dropped": dict(rows.dropped),
        "absent_features": list(rows.absent),
        "learned_on": int(parts.develop.size),
        "walked_forward": int(sum(test.size for _, test in parts.folds)),
        "tested": int(parts.test.size),
        "embargo_min": parts.embargo / 60e6,
        "first": moment(int(rows.samples.known[0])).isoformat(),
        "test_from": moment(int(rows.samples.known[parts.test[0]])).isoformat(),
        "last": moment(int(rows.samples.end[-1])).isoformat(),
        "test_opened_at": made.opened.at.isoformat(timespec="seconds"),
        "tried_before_on_this_market": made.opened.tried_before,
    }


def _folds(made: Made) -> list[dict[str, Any]]:
    rows, parts = made.rows, made.developed.parts
    return [
        {
            "learned_on": int(train.size),
            "tested": int(test.size),
            "from": moment(int(rows.samples.known[parts.develop[test[0]]])).isoformat(),
            "r2": {form: float(r2[number]) for form, r2 in made.developed.folds.items() if form != "baseline"},
        }
        for number, (train, test) in enumerate(parts.folds)
    ]


def _money(made: Made) -> list[dict[str, Any]]:
    return [
        {"part": part, "form": form, "gross": asdict(one.gross), "net": asdict(one.net)}
        for part, forms in made.judged.paid.items()
        for form, one in forms.items()
    ]


def _saved(made: Made) -> dict[str, Any]:
    """Squared error saved against the baseline, summed over time, in shares of all of the baseline's: its end is R2."""
    import numpy as np

    rows, test = made.rows, made.developed.parts.test
    series: dict[str, Any] = {}
    for form, walked in made.developed.walked.items():
        if form == "baseline":
            continue
        at = np.concatenate([walked.at, test])
        base = np.concatenate([walked.base, made.judged.said["baseline"]])
        said = np.concatenate([walked.said, made.judged.said[form]])
        lost = (rows.y[at] - base) ** 2
        summed = np.cumsum(lost - (rows.y[at] - said) ** 2) / lost.sum()
        kept = np.unique(np.linspace(0, at.size - 1, min(at.size, _POINTS)).astype(int))
        series["known_us"] = rows.samples.known[at[kept]].tolist()
        series[form] = summed[kept].tolist()
    return series
