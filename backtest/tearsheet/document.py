"""A tearsheet as a page and as JSON."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

from backtest.page import Panel, page
from backtest.plain import plain
from backtest.tearsheet import panels_data, panels_forecast, panels_worth
from backtest.tearsheet.sheet import SECTIONS, Tearsheet

VERDICT: Final = "footprint-verdict"
MARKET: Final = "footprint-market"
"""Names of the page's own words on itself, for a page that links to it."""

_PANELS: Final[Mapping[str, Callable[[Any], Panel]]] = {
    "identity": panels_data.identity,
    "sample": panels_data.sample,
    "distribution": panels_data.distribution,
    "calibration": panels_data.calibration,
    "decay": panels_forecast.decay,
    "explained": panels_forecast.explained,
    "incremental": panels_forecast.incremental,
    "buckets": panels_forecast.buckets,
    "stability": panels_forecast.stability,
    "placebo": panels_forecast.placebo,
    "scorecard": panels_worth.scorecard,
    "costs": panels_worth.costs,
    "trials": panels_worth.trials,
    "power": panels_worth.power,
    "failures": panels_worth.failures,
    "verdict": panels_worth.verdict,
    "caveat": panels_worth.caveat,
}


def html(sheet: Tearsheet) -> str:
    """One self-contained file, a panel for each section in order."""
    facts = as_json(sheet)
    panels = [_PANELS[name](facts[name]) for name in SECTIONS]
    said = facts["verdict"]
    lead = f'<span class="verdict">{escape(said["verdict"])}</span>: {escape(said["meaning"])}.'
    if said["looks_like_a_leak"]:
        lead += ' <span class="warn">It looks like a leak: see panel 10.</span>'
    if said["cannot_show"]:
        lead += f" What this data cannot show is in panel 16 ({len(said['cannot_show'])} points)."
    lead += f'<br><span class="note">{escape(facts["identity"]["says"])}</span>'
    foot = {"signal": sheet.name, "market": sheet.market, "definition": facts["identity"]["definition"]}
    foot |= {name: facts["sample"][name] for name in ("since", "until")}
    stated = ((VERDICT, sheet.verdict), (MARKET, sheet.market))
    head = "\n".join(f'<meta name="{name}" content="{escape(said, quote=True)}">' for name, said in stated)
    return page(f"Tearsheet: {sheet.name} on {sheet.market}", lead, panels, foot, head=head)


def as_json(sheet: Tearsheet) -> dict[str, Any]:
    """The seventeen sections; what is no number is null, dates are ISO text."""
    return {name: plain(sheet.sections[name]) for name in SECTIONS}
