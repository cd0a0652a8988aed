"""How well the detectors found what was there, where the truth is known."""

from html import escape
from math import isnan
from typing import Final

from backtest.page import Panel, shown
from pipeline.report.scorecard_rows import ScoreRow, score_rows
from pipeline.scores.shortfalls import SCORECARD

_QUESTION: Final = "How good are the detectors?"
_FEED: Final = "100 ms"
_WIDTH: Final = 170
_PAINT: Final = {"good": "var(--good)", "acceptable": "var(--strong)", "poor": "var(--warn)"}
_NOTE: Final = (
    "From docs/scorecard.md: simulated markets with known truth, a bound from above of what can be expected of a real "
    "one. Bar: value; whisker: 95 % over seeds; hollow dot: naive baseline; line: what is asked; longer line: what is "
    "called good."
)


def detectors_panel() -> Panel | None:
    """The metrics with a target, on a feed every 100 ms where there is one; None where no scorecard is installed."""
    if not SCORECARD.exists():
        return None
    text = SCORECARD.read_text()
    rows = [row for row in score_rows(text) if row.feed == _FEED]
    told = {row.detector for row in rows}
    rows += [row for row in score_rows(text) if row.detector not in told and row.feed in ("event", "1 min")]
    if not rows:
        return None
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in _PAINT}
    lead = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    head = "<th>detector</th><th>metric</th><th>feed</th><th class='n'>value</th><th></th><th class='n'>naive</th>"
    head += "<th>asked</th><th>verdict</th>"
    body = "".join(_line(row) for row in rows)
    table = f'<div class="wide"><table class="even"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    return Panel(_QUESTION, f"<p>Of {len(rows)} metrics with a target: {lead}.</p>{table}", _NOTE, short="Detectors")


def _line(row: ScoreRow) -> str:
    why = f' title="{escape(row.limited_by, quote=True)}"' if row.limited_by else ""
    return (
        f"<tr><td>{escape(row.detector.replace('_', ' '))}</td><td>{escape(row.metric.replace('_', ' '))}</td>"
        f'<td>{escape(row.feed)}</td><td class="n">{escape(shown(row.value))}</td><td>{_bullet(row)}</td>'
        f'<td class="n">{escape(shown(row.naive))}</td><td>{escape(row.target)}</td>'
        f'<td style="color:{_PAINT[row.verdict]}"{why}>{escape(row.verdict)}</td></tr>'
    )


def _bullet(row: ScoreRow) -> str:
    """Value, interval, naive and target on one scale from 0."""
    numbers = [one for one in (row.value, row.high, row.naive, *row.bounds) if not isnan(one)]
    if isnan(row.value) or min(numbers) < 0:
        return ""
    scale = (_WIDTH - 4) / (max(numbers) or 1.0)
    parts = [
        f'<rect y="6" width="{row.value * scale:.1f}" height="8" fill="{_PAINT[row.verdict]}" fill-opacity="0.75"/>',
        f'<path d="M{row.low * scale:.1f} 10H{row.high * scale:.1f}" stroke="currentColor"/>',
    ]
    if isnan(row.low) or isnan(row.high):
        parts.pop()
    for bound, path in zip(row.bounds, ("4V16", "1V19"), strict=True):
        if not isnan(bound):
            parts.append(f'<path d="M{bound * scale:.1f} {path}" stroke="currentColor" stroke-width="1.5"/>')
    if not isnan(row.naive):
        parts.append(
            f'<circle cx="{max(row.naive * scale, 3):.1f}" cy="10" r="3" fill="var(--paper)" stroke="currentColor"/>'
        )
    return f'<svg class="bar" width="{_WIDTH}" height="20" role="img">{"".join(parts)}</svg>'
