"""A page as HTML text: one file that opens from disk, asks no network, reads light and dark, and fits a phone.

A page is panels; a panel is titled with the question it answers, and says below what it was made from.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from backtest.chart import Colors

ON_PAGE: Final = Colors("var(--ink)", "var(--muted)", "var(--grid)", "var(--paper)")
"""Colours of a chart inside a page: they follow the reader's choice of light or dark."""

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #222; --muted: #666; --grid: #e2e2e2; --paper: #fff; --ground: #f5f5f3;
  --strong: #0072b2; --warn: #b34700; --good: #00805c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e6; --muted: #a3a3a0; --grid: #3a3a3a; --paper: #1d1d1f;
  --ground: #131314; --strong: #6cb8e8; --warn: #f0a35e; --good: #4cc7a0; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
main, header, footer { max-width: 1240px; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; } h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
section { background: var(--paper); border: 1px solid var(--grid); border-radius: 8px; padding: 1rem; margin: 1rem 0; }
.lead { font-size: 1.05rem; margin: .2rem 0 .6rem; } .note, footer { color: var(--muted); font-size: .87rem; }
h3 { font-size: .95rem; margin: 1rem 0 .3rem; }
.wide, .chart { overflow-x: auto; } svg { max-width: 100%; height: auto; } .chart svg { min-width: 560px; }
svg.bar { max-width: none; height: auto; vertical-align: middle; }
table.even td { white-space: nowrap; } .unit { color: var(--muted); font-size: .8rem; }
nav { max-width: 1240px; margin: .3rem auto 0; font-size: .9rem; }
nav a { margin-right: .9rem; white-space: nowrap; }
a { color: var(--strong); } section > p { margin: .2rem 0 .5rem; }
.beside { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1.5rem; align-items: start; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .2rem .7rem .2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--grid); }
th { color: var(--muted); font-weight: 600; } td.n, th.n { text-align: right; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
details { margin-top: .6rem; } summary { cursor: pointer; color: var(--muted); }
pre { overflow-x: auto; font-size: .82rem; background: var(--ground); padding: .6rem; border-radius: 6px; }
.verdict { font-weight: 700; color: var(--strong); } .warn { color: var(--warn); }
@media (max-width: 900px) { .beside { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 640px) { body { padding: .4rem; } section { padding: .6rem; } dl { grid-template-columns: 1fr; }
  td:not(.n) { min-width: 8rem; }
  dd { margin-bottom: .3rem; } }
"""

_POLICY: Final = (
    "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval'"
)
"""What the page may do: nothing that reaches a network, whatever a script in it tries."""


@dataclass(frozen=True, slots=True)
class Panel:
    """question: the title; body: HTML; note: what it was made from; sql: asks the catalogue for the exact values;
    short: its name in the navigation."""

    question: str
    body: str
    note: str = ""
    sql: str = ""
    short: str = ""


def page(
    title: str, lead: str, panels: Iterable[Panel], facts: Mapping[str, Any], *, head: str = "", foot: str = ""
) -> str:
    """The whole document. lead: a sentence, HTML; facts: what stands at the foot; head: scripts and styles, HTML; foot:
    scripts that find the panels in place. With names for the navigation, links to those panels stand at the top."""
    panels = list(panels)
    made = [_section(number, panel) for number, panel in enumerate(panels)]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n{head}\n</head>\n<body>",
            f'<header><h1>{escape(title)}</h1><p class="lead">{lead}</p></header>{_navigation(panels)}\n<main>',
            *made,
            f"</main>\n<footer>{definitions(facts)}</footer>\n{foot}\n</body>\n</html>\n",
        ]
    )


def _navigation(panels: Sequence[Panel]) -> str:
    links = [
        f'<a href="#panel-{number}">{escape(panel.short)}</a>' for number, panel in enumerate(panels) if panel.short
    ]
    return f"\n<nav>{' '.join(links)}</nav>" if links else ""


def _section(number: int, panel: Panel) -> str:
    note = f'<p class="note">{escape(panel.note)}</p>' if panel.note else ""
    sql = f"<details><summary>SQL</summary><pre>{escape(panel.sql)}</pre></details>" if panel.sql else ""
    return f'<section id="panel-{number}"><h2>{escape(panel.question)}</h2>\n{panel.body}\n{note}{sql}</section>'


def rows_table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table that scrolls sideways where it must; numbers stand to the right."""
    titles, *cells = [list(head), *(list(row) for row in rows)]
    numeric = [
        any(_is_number(row[place]) for row in cells)
        and all(_is_number(row[place]) or row[place] is None for row in cells)
        for place in range(len(titles))
    ]
    marks = [' class="n"' if one else "" for one in numeric]
    top = "".join(f"<th{mark}>{escape(str(name))}</th>" for name, mark in zip(titles, marks, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{mark}>{escape(shown(cell))}</td>" for cell, mark in zip(row, marks, strict=True))
        + "</tr>"
        for row in cells
    )
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def definitions(facts: Mapping[str, Any]) -> str:
    """Names and values, one under the other."""
    return (
        "<dl>"
        + "".join(f"<dt>{escape(name)}</dt><dd>{escape(shown(value))}</dd>" for name, value in facts.items())
        + "</dl>"
    )


def shown(value: Any) -> str:
    """A value as a reader wants it: four digits that say something, a dash for what is not known."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
    return str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
