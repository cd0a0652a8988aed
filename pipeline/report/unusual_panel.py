"""The composite footprint: every observation of one minute, and the minutes in which most was unusual."""

from html import escape
from typing import Any, Final

import polars as pl

from backtest.page import Panel, rows_table, shown
from pipeline.report.provenance import made_from
from pipeline.report.scope import Scope
from signals.footprint import ORDINARY
from signals.observation import OBSERVATIONS, Observation

_QUESTION: Final = "What was unusual?"
_MINUTES: Final = 8
_NAMES: Final = tuple(one.name for one in OBSERVATIONS)


def unusual_panel(scope: Scope) -> Panel | None:
    """None without rows of footprint."""
    rows = scope.rows("footprint")
    if rows.is_empty():
        return None
    known = rows.select(pl.sum_horizontal(pl.col(f"{name}_strength").is_not_null() for name in _NAMES)).to_series()
    note = made_from(scope, {"footprint": rows.height})
    sql = scope.sql("strong_observations", "bar_end, observation, value, strength, reading, age_min, n")
    most = int(known.to_numpy().max())
    if most == 0:
        body = (
            "<p>No observation has a strength here: it is a rank among the minutes before, and too few of them are "
            "known. Values stand in the table footprint.</p>"
        )
        return Panel(_QUESTION, body, note, sql, short="Unusual")
    place = int((known == most).arg_true()[-1])
    latest = rows.row(place, named=True)
    body = (
        f"<p>The latest minute in which most was known: <b>{latest['bar_end']:%Y-%m-%d %H:%M} UTC</b>, {most} of "
        f"{len(_NAMES)} observations. Strength says how unusual among the minutes before, never how profitable; "
        "readings were fixed before anyone looked at prices.</p>"
        f"{_observations(latest)}<h3>Minutes in which most was unusual</h3>{_strongest(rows)}"
    )
    return Panel(_QUESTION, body, note, sql, short="Unusual")


def _observations(row: dict[str, Any]) -> str:
    cells = "".join(_line(one, row) for one in OBSERVATIONS)
    head = (
        "<th>observation</th><th class='n'>value</th><th>strength</th><th>reading</th><th class='n'>age</th><th>on</th>"
    )
    return f'<div class="wide"><table class="even"><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table></div>'


def _line(one: Observation, row: dict[str, Any]) -> str:
    value, strength, reading, age, count = (
        row[one.name], *(row[f"{one.name}_{what}"] for what in ("strength", "reading", "age_min", "n")),
    )  # fmt: skip
    is_strong = reading not in (None, ORDINARY)
    told = escape(reading) if reading else "not known"
    unit = escape(one.unit) if value is not None else ""
    return (
        f'<tr title="{escape(one.meaning, quote=True)}"><td>{escape(one.name.replace("_", " "))}</td>'
        f'<td class="n">{escape(shown(value))} <span class="unit">{unit}</span></td>'
        f"<td>{_bar(strength, is_strong=is_strong)}</td><td>{f'<b>{told}</b>' if is_strong else told}</td>"
        f'<td class="n">{"-" if age is None else f"{age} min"}</td>'
        f"<td>{escape(shown(count))} {escape(one.counted)}</td></tr>"
    )


def _bar(strength: float | None, *, is_strong: bool) -> str:
    """A bar of up to 90 pixels with its number; a dash if not known."""
    if strength is None:
        return "-"
    color = "var(--warn)" if is_strong else "var(--muted)"
    return (
        f'<svg class="bar" width="128" height="14" role="img" aria-label="{strength:.2f}">'
        '<rect y="3" width="90" height="8" fill="var(--grid)"/>'
        f'<rect y="3" width="{90 * strength:.1f}" height="8" fill="{color}"/>'
        f'<text x="96" y="11" font-size="11" fill="currentColor">{strength:.2f}</text></svg>'
    )


def _strongest(rows: pl.DataFrame) -> str:
    """The minutes with most strong observations; equal ones by the sum of strengths, then the earliest."""
    total = pl.sum_horizontal(pl.col(f"{name}_strength").fill_null(0.0) for name in _NAMES)
    top = (
        rows.filter(pl.col("n_strong") > 0)
        .with_columns(_total=total)
        .sort("n_strong", "_total", "bar_end", descending=[True, True, False])
        .head(_MINUTES)
    )
    if top.is_empty():
        return "<p>None: every observation was ordinary for the minutes before it, or not known.</p>"
    lines = [
        [
            f"{row['bar_end']:%m\u2011%d\u00a0%H:%M}",
            row["n_strong"],
            row["n_up"],
            row["n_down"],
            "; ".join(f"{name.replace('_', ' ')}: {row[f'{name}_reading']}" for name in _strong_names(row)),
        ]
        for row in top.iter_rows(named=True)
    ]
    counted = rows.filter(pl.col("n_strong") > 0).height
    more = f"<p class='note'>{counted:,} of {rows.height:,} minutes have one ({len(lines)} shown).</p>"
    return rows_table(["UTC", "strong", "up", "down", "what"], lines) + more


def _strong_names(row: dict[str, Any]) -> list[str]:
    return [name for name in _NAMES if row[f"{name}_reading"] not in (None, ORDINARY)]
