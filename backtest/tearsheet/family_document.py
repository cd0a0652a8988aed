"""The claims judged together, as a page that leads to their sheets and as JSON."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from backtest.page import Panel, page, shown
from backtest.tearsheet.conclusion import CAVEAT
from backtest.tearsheet.family import Member

_QUESTION = "Which claims hold, if all are counted?"
_NUMBERS = ("best_horizon_s", "p", "p_over_all", "detectable_ic")
_NOTE = (
    "p: of the horizon that speaks most for the registered sign, over all horizons of the claim. p over all: adjusted "
    "over the claims of this page (Benjamini-Yekutieli, which holds however they depend on each other); 0.05 is asked. "
    "A verdict is that of a claim judged alone; it says more only where p over all agrees. A claim without that is no "
    "claim refuted: little data shows little."
)


def family_json(members: Sequence[Member], unjudged: Mapping[str, str]) -> dict[str, Any]:
    """claims: a row each, the least p first; unjudged: why, by the name of a claim; caveat."""
    return {"claims": [_row(one) for one in members], "unjudged": dict(unjudged), "caveat": CAVEAT}


def family_html(members: Sequence[Member], unjudged: Mapping[str, str]) -> str:
    """One self-contained file; each claim leads to NAME.html beside it."""
    beyond, holds = sum(one.is_beyond_chance for one in members), sum(one.holds for one in members)
    lead = f"{len(members)} claims judged; {beyond} beyond chance when all are counted. "
    lead += f"Of these {holds} are predictive by their own sheet, which asks for days and placebos too."
    panels = [Panel(_QUESTION, _table([_row(one) for one in members]), _NOTE)]
    if unjudged:
        lines = "".join(f"<li>{escape(name)}: {escape(why)}</li>" for name, why in unjudged.items())
        panels.append(Panel("Which could not be judged here?", f"<ul>{lines}</ul>"))
    panels.append(Panel("What is this not?", f"<p>{escape(CAVEAT)}</p>"))
    return page("Tearsheets", lead, panels, {"claims": len(members)})


def _row(member: Member) -> dict[str, Any]:
    sections = member.sheet.sections
    return {
        "claim": member.sheet.name,
        "market": member.sheet.market,
        "verdict": member.sheet.verdict,
        "best_horizon_s": sections["decay"]["best_horizon_s"],
        "p": member.p,
        "p_over_all": member.p_family,
        "is_beyond_chance": member.is_beyond_chance,
        "detectable_ic": sections["power"]["detectable_ic"],
    }


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    head = ("claim", "market", "verdict", "best horizon, s", "p", "p over all", "could have shown a correlation of")
    titles = "".join(f"<th>{escape(one)}</th>" for one in head)
    body = "".join(map(_line, rows))
    return f'<div class="wide"><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'


def _line(row: Mapping[str, Any]) -> str:
    name = escape(row["claim"])
    numbers = "".join(f'<td class="n">{shown(row[one])}</td>' for one in _NUMBERS)
    words = f"<td>{escape(row['market'])}</td><td>{escape(row['verdict'])}</td>"
    return f'<tr><td><a href="{name}.html">{name}</a></td>{words}{numbers}</tr>'
