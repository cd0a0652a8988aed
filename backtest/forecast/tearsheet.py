"""The tearsheet of a forecast: one page, from the numbers of its report and no others."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import numpy as np

from backtest.chart import Chart
from backtest.forecast.dots import Dot, dots
from backtest.page import ON_PAGE, Panel, definitions, page, rows_table, shown
from backtest.verdict import LEAST_DAYS, VERDICTS

Report = Mapping[str, Any]

_COLORS: Final = {"best single": "#e69f00", "linear": "#0072b2", "boosting": "#009e73"}
_BASELINE: Final = {"return": "zero", "volatility": "the volatility of the past hour (HAR)"}
_CAVEAT: Final = (
    "Research on recorded or simulated data; no trading advice. A forecast is not a strategy: it pays no spread, moves "
    "no price and waits in no queue. What held on this market and stretch may not hold on another, and every further "
    "look at the same test makes it worth less."
)


def tearsheet(report: Report) -> str:
    """The page as HTML text."""
    about = report["about"]
    title = f"Forecast of {about['target']} over {about['horizon_min']} min: {about['symbol']} on {about['venue']}"
    claim = report["verdict"]
    lead = f'Verdict: <span class="verdict">{escape(claim)}</span>. {escape(VERDICTS[claim].capitalize())}.'
    panels = [
        _identity(report),
        _scores(report),
        _course(report),
        *([_direction(report)] if about["target"] == "return" else []),
        _importance(report),
        _stability(report),
        _power(report),
        *([_money(report)] if report["money"] else []),
        _verdict(report),
    ]
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    facts = {"data": about["data"], "code": about["code"], "versions": versions, "caveat": _CAVEAT}
    return page(title, lead, panels, facts)


def _identity(report: Report) -> Panel:
    about, rows = report["about"], report["rows"]
    dropped = ", ".join(f"{why}: {n:,}" for why, n in rows["dropped"].items()) or "none"
    facts = {
        "target": f"{about['target']} of the mid over {about['horizon_min']} min, {about['unit']}, from the first "
        f"whole second {about['latency_ms']:g} ms after a minute was known",
        "baseline": _BASELINE[about["target"]],
        "features": f"{len(about['features'])}: {', '.join(about['features'])}",
        "not in this market": ", ".join(rows["absent_features"]) or "none",
        "minutes": f"{rows['kept']:,} with an outcome, {_minute(rows['first'])} to {_minute(rows['last'])}; left out: "
        f"{dropped}",
        "learned on": f"{rows['learned_on']:,}; of these {rows['walked_forward']:,} were forecast by "
        f"{len(report['folds'])} refits, each on all its past",
        "tested on": f"{rows['tested']:,} from {_minute(rows['test_from'])}, after an embargo of "
        f"{rows['embargo_min']:.3g} min",
        "test opened": f"{rows['test_opened_at']}; configurations tried on this market before: "
        f"{rows['tried_before_on_this_market']}",
        "form": f"{about['form']}, chosen by squared error before the test was opened; {_chosen(about['chosen'])}",
    }
    note = "No outcome that a model learned from ends within the embargo before what it is tested on."
    return Panel("What was forecast, and how was it split?", definitions(facts), note)


def _chosen(chosen: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {shown(value)}" for name, value in chosen.items()) or "nothing to tune"


def _scores(report: Report) -> Panel:
    head = ("part", "form", "rows", "R2", "gain t", "rank IC", "IC by day", "slope", "right signs beyond chance")
    body = rows_table(head, [_score_cells(one) for one in report["scores"]])
    tested = [one for one in report["scores"] if one["part"] == "test" and one["form"] != "baseline"]
    picture = dots(
        "R2 of the forms on the test",
        "R2 against the baseline on the test, 95 %",
        [_dot(one["form"], one["r2"], is_strong=one["chosen"]) for one in tested],
        line=0.0,
        most=0.5,
    )
    leaks = [
        f'<p class="warn">{escape(name)} looks like a leak: its rank correlation with the outcome is {rho:.2f}.</p>'
        for name, rho in report["leaks"].items()
    ]
    note = (
        f"R2 is against the baseline, {_BASELINE[report['about']['target']]}; gain t is Clark and West's, above 1.645 "
        "is a gain at 5 %. Errors by Newey and West over twice the horizon. Slope is 1 if forecasts are of the right "
        "size. In brackets 95 %. The chosen form stands out."
    )
    return Panel(
        "Does the combination beat the baseline and the best single signal?", "".join(leaks) + picture + body, note
    )


def _score_cells(one: Report) -> Sequence[Any]:
    gain = one["gain"]
    t = gain["value"] / gain["error"] if gain["value"] is not None and gain["error"] else None
    name = f"{one['form']} (chosen)" if one["chosen"] else one["form"]
    ranged = (_ranged(one[key]) for key in ("ic", "ic_by_day", "slope", "hits"))
    return one["part"], name, one["n"], _ranged(one["r2"]), shown(t), *ranged


def _ranged(one: Report) -> str:
    """A value and its interval."""
    if one["value"] is None:
        return "-"
    ends = [shown(one[end]) if one[end] is None else f"{one[end]:.3g}" for end in ("low", "high")]
    return f"{one['value']:.3g} ({ends[0]} to {ends[1]})".replace(" ", "\u00a0")


def _minute(text: str) -> str:
    """Of an instant in ISO text, as far as a reader cares."""
    return text[:16].replace("T", " ")


def _course(report: Report) -> Panel:
    saved = report["saved"]
    times = np.array(saved["known_us"], float)
    lines = {form: np.array(saved[form], float) for form in _COLORS if form in saved}
    low, high = min(v.min() for v in lines.values()), max(v.max() for v in lines.values())
    tested = next(one["n"] for one in report["scores"] if one["part"] == "test")
    note = f"{report['rows']['market']}; the cross is where the test of {tested:,} minutes begins"
    chart = Chart("Squared error saved", note, "share of the baseline's", (times[0], times[-1]), (low, high), ON_PAGE)
    for form, values in lines.items():
        chart.line(form, times, values, _COLORS[form])
    opened = min(int(np.searchsorted(times, _microseconds(report["rows"]["test_from"]))), times.size - 1)
    mine = lines.get(report["about"]["form"], next(iter(lines.values())))
    chart.marks("test begins", times[[opened]], mine[[opened]], ["cross"], "#d55e00")
    return Panel("When was it better, and when worse?", chart.text(), "Rising: better than the baseline at that time.")


def _microseconds(text: str) -> int:
    return int(np.datetime64(text.split("+")[0], "us").astype(np.int64))


def _direction(report: Report) -> Panel:
    question, one = "Do stated probabilities come true?", report["reliability"]
    if one is None:
        return Panel(question, "<p>Too few rows to calibrate probabilities on, or all of them went one way.</p>")
    picture = dots(
        "Reliability",
        "share that rose, 95 %; the bar is what was stated",
        [_bin_dot(bin_) for bin_ in one["bins"]],
        line=one["base_rate"],
    )
    table = rows_table(
        ("score", "model", "base rate", "gain", "from", "to"),
        [
            ("Brier", one["brier"], one["base_brier"], *_interval(one["brier_gain"])),
            ("log score", one["log_score"], one["base_log_score"], *_interval(one["log_gain"])),
        ],
    )
    note = (
        f"P(return > 0), a logistic regression calibrated ({one['method']}) on the last quarter of what was learned "
        f"on. The broken line is the base rate, {one['base_rate']:.3f}. Intervals count outcomes that do not overlap."
    )
    return Panel(question, picture + table, note)


def _bin_dot(one: Report) -> Dot:
    return Dot(f"{one['n']:,} rows, stated {one['stated']:.3f}", one["rose"], one["low"], one["high"], one["stated"])


def _interval(one: Report) -> tuple[Any, Any, Any]:
    return one["value"], one["low"], one["high"]


def _dot(label: str, one: Report, *, is_strong: bool = False) -> Dot:
    return Dot(label, *_interval(one), is_strong=is_strong)


def _importance(report: Report) -> Panel:
    ranked = sorted(report["importance"], key=lambda one: -one["r2_lost"])
    picture = dots(
        "Importance",
        "R2 lost on the test when the feature is shuffled, and its spread over shuffles (2 standard deviations)",
        [
            Dot(one["feature"], one["r2_lost"], one["r2_lost"] - 2 * one["spread"], one["r2_lost"] + 2 * one["spread"])
            for one in ranked
        ],
        line=0.0,
    )
    note = (
        f"Of the {report['about']['form']} form. Features that say the same hide each other; below 0, forecasts were "
        "better without. Where the forecast as a whole shows nothing, neither do its parts."
    )
    return Panel("Which features mattered?", picture, note)


def _stability(report: Report) -> Panel:
    forms = list(_COLORS)
    rows = [
        (number + 1, _minute(one["from"]), one["learned_on"], one["tested"], *(one["r2"].get(form) for form in forms))
        for number, one in enumerate(report["folds"])
    ]
    body = rows_table(("refit", "from", "learned on", "tested", *forms), rows)
    spread = report["combinatorial_r2"]
    if spread:
        worst, middle, best = (float(one) for one in np.quantile(spread, (0, 0.5, 1)))
        share = sum(one > 0 for one in spread) / len(spread)
        body += (
            f"<p>Over {len(spread)} combinations of blocks: R2 from {worst:.4f} to {best:.4f}, median {middle:.4f}; "
            f"above 0 in {share:.0%}.</p>"
        )
    else:
        body += "<p>Too few rows are left between embargoes for combinations of blocks.</p>"
    return Panel(
        "Does it hold from stretch to stretch?", body, "R2 of each refit until the next; the test is not in it."
    )


def _power(report: Report) -> Panel:
    control, power = report["control"], report["power"]
    mine = next(one for one in report["scores"] if one["part"] == "test" and one["chosen"])
    chance = np.array(control["r2"])
    facts = {
        "this sample": power["text"],
        "chance": f"the same model fitted on outcomes of other minutes, {chance.size} times: R2 {chance.min():.4f} to "
        f"{chance.max():.4f}; the real one {mine['r2']['value']:.4f}, chance does as well with probability "
        f"{control['probability']:.2f}",
    }
    return Panel("How much data was there, and what could it have shown?", definitions(facts))


def _money(report: Report) -> Panel:
    head = ("part", "form", "trades", "gross bps", "from", "to", "trades beyond cost", "net bps", "from", "to")
    rows = [
        (one["part"], one["form"], one["gross"]["n"], *_interval(one["gross"]), one["net"]["n"], *_interval(one["net"]))
        for one in report["money"]
    ]
    note = (
        "Sign of the forecast, one position at a time, held over the horizon. Gross is the round trip it could pay "
        f"for; net trades only on forecasts beyond {report['about']['choices']['cost_bps']:g} bps, the assumed one."
    )
    return Panel("Would it have paid for a round trip?", rows_table(head, rows), note)


def _verdict(report: Report) -> Panel:
    found, explaining = report["findings"], report["explaining_r2"]
    facts = {
        "moves with its own minute": f"{shown(found['is_explaining'])}; R2 of the observations for that minute's "
        f"return {shown(explaining['value'])} (partly accounting)"
        if explaining["value"] is not None
        else "not asked of a volatility",
        "predicts": f"{shown(found['is_predicting'])}: better than the baseline on the test at 5 %, in the right "
        "order, beyond every control, without a suspected leak, on "
        f"{LEAST_DAYS} days at least (here {report['rows']['days']})",
        "pays in sample": shown(found["is_paying"]),
        "pays out of sample": "not claimed of a forecast: that takes a strategy and its backtest",
    }
    body = f'<p class="verdict">{escape(report["verdict"])}</p>{definitions(facts)}<p>{escape(_CAVEAT)}</p>'
    return Panel("What may be said of it?", body)
