"""The numbers of a judged forecast, as JSON would have them: the tearsheet shows these and no others."""

import math
from typing import TYPE_CHECKING, Any, Final

from pipeline.judge.forecast import Made, moment

if TYPE_CHECKING:
    from backtest.inference.estimate import Estimate

_POINTS: Final = 600


def report(made: Made) -> dict[str, Any]:
    """What was forecast, on what, how it was split, what came out. Unknown numbers are null."""
    developed, judged = made.developed, made.judged
    return _plain(
        {
            "about": made.about | {"choices": made.choices.as_dict()},
            "rows": _rows(made),
            "scores": [
                _score(one) | {"chosen": one.form == developed.chosen} for one in (*developed.scores, *judged.scores)
            ],
            "folds": _folds(made),
            "combinatorial_r2": developed.spread.tolist(),
            "explaining_r2": _estimate(developed.explaining),
            "control": {"r2": judged.control.r2.tolist(), "probability": judged.control.probability},
            "leaks": dict(developed.leaks),
            "importance": [
                {"feature": name, "r2_lost": float(lost.mean()), "spread": float(lost.std(ddof=1))}
                for name, lost in judged.importance.items()
            ],
            "reliability": _reliability(made),
            "money": _money(made),
            "power": {
                "n": judged.power.n,
                "n_effective": judged.power.n_eff,
                "detectable_ic": judged.power.detectable_ic,
                "text": str(judged.power),
            },
            "saved": _saved(made),
            "findings": {name: getattr(judged.findings, name) for name in judged.findings.__slots__},
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


def _score(one: Any) -> dict[str, Any]:
    estimates = {name: _estimate(getattr(one, name)) for name in ("r2", "gain", "ic", "ic_by_day", "slope", "hits")}
    return {"form": one.form, "part": one.part, "n": one.n, **estimates, "hit_share": one.hit_share}


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


def _reliability(made: Made) -> dict[str, Any] | None:
    one = made.judged.reliability
    if one is None:
        return None
    plain = ("method", "base_rate", "brier", "base_brier", "log_score", "base_log_score")
    return {
        **{name: getattr(one, name) for name in plain},
        "brier_gain": _estimate(one.brier_gain),
        "log_gain": _estimate(one.log_gain),
        "bins": [{name: getattr(bin_, name) for name in bin_.__slots__} for bin_ in one.bins],
    }


def _money(made: Made) -> list[dict[str, Any]]:
    return [
        {"part": part, "form": form, "gross": _estimate(one.gross), "net": _estimate(one.net)}
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


def _estimate(one: "Estimate") -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("value", "error", "low", "high", "n")}


def _plain(value: Any) -> Any:
    """Without what JSON has no word for."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
