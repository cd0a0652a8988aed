"""The report as one page that opens from disk: panels over time below each other, then tables and small charts."""

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

from backtest.page import Panel, page
from pipeline.report.look import BANNER, bokeh_version, embedded, head
from pipeline.report.provenance import lineage, stretch
from pipeline.report.scope import Scope
from pipeline.report.tearsheets_panel import Beside, tearsheets_panel
from pipeline.version import package_version
from pipeline.warehouse import CATALOGUE, tables_behind

if TYPE_CHECKING:
    from pipeline.report.time_panel import TimeFrame, TimePanel

_KINDS: Final = {"perp": "Perpetual", "spot": "Spot", "future": "Future", "option": "Option"}
_CAVEAT: Final = (
    "Research on recorded or simulated data; no advice to trade. Readings were fixed beforehand; what is unusual need "
    "not be profitable."
)


def document(scope: Scope, beside: Sequence[Beside] = ()) -> str:
    """The whole page. beside: tearsheets to link to. Raises FP019 if bokeh, which draws over time, is not installed."""
    bokeh_version()
    from pipeline.report.time_panel import TimeFrame

    frame = TimeFrame.of(scope)
    over_time = [panel for make in _over_time() if (panel := make(scope, frame)) is not None]
    for panel in over_time:  # the last figure of a panel says for all what is to the right
        for figure in panel.figures[:-1]:
            figure.xaxis.axis_label = None
    script, divs = _embedded([figure for panel in over_time for figure in panel.figures])
    panels = [_as_panel(panel, divs) for panel in over_time] + _tables(scope, beside)
    title = f"{scope.market.symbol} on {scope.market.venue}"
    banner = BANNER if script else ""
    return page(title, _lead(scope, banner), panels, _facts(scope), head=head() if script else "", foot=script)


def _over_time() -> list[Callable[[Scope, "TimeFrame"], "TimePanel | None"]]:
    from pipeline.report.basis_panel import basis_panel
    from pipeline.report.calm_panel import calm_panel
    from pipeline.report.heat_panel import heat_panel
    from pipeline.report.inventory_panel import inventory_panel
    from pipeline.report.options_panel import options_panel
    from pipeline.report.width_panel import width_panel

    return [heat_panel, inventory_panel, basis_panel, calm_panel, options_panel, width_panel]


def _tables(scope: Scope, beside: Sequence[Beside]) -> list[Panel]:
    from pipeline.report.decay_panel import decay_panel
    from pipeline.report.detectors_panel import detectors_panel
    from pipeline.report.equity_panel import equity_panel
    from pipeline.report.missing_panel import missing_panel
    from pipeline.report.unusual_panel import unusual_panel

    made = [
        unusual_panel(scope),
        decay_panel(scope),
        tearsheets_panel(beside, scope.market),
        equity_panel(scope),
        detectors_panel(),
        missing_panel(scope),
    ]
    return [panel for panel in made if panel is not None]


def _embedded(figures: Sequence[Any]) -> tuple[str, list[str]]:
    """The script that draws them, and where each stands."""
    if not figures:
        return "", []
    script, places = embedded(tuple(figures))
    return script, list(places)


def _as_panel(panel: "TimePanel", divs: list[str]) -> Panel:
    """Takes the panel's places from the front of `divs`."""
    places = "".join(f'<div class="plot">{divs.pop(0)}</div>' for _ in panel.figures)
    return Panel(
        panel.question, f"<p>{escape(panel.lead)}</p>{places}{panel.foot}", panel.note, panel.sql, short=panel.short
    )


def _lead(scope: Scope, banner: str) -> str:
    kind = scope.instrument["kind"]
    parts = [escape(f"{_KINDS.get(kind, kind)}, {stretch(scope)}. {_shortness(scope)}")]
    if not (scope.root / CATALOGUE).exists():
        parts.append("The catalogue was not published, so the SQL below needs <code>footprint publish</code> first.")
    elif tables_behind(scope.lake):
        parts.append(
            "The catalogue is older than the tables: <code>footprint publish</code>, and the SQL below agrees."
        )
    return f"{' '.join(parts)}</p>{banner}<p class='note'>{escape(_CAVEAT)}"


def _shortness(scope: Scope) -> str:
    """What so much data cannot show, and that windows were shortened."""
    minutes = scope.span.total_seconds() / 60
    preset = lineage(scope, "reversion_signal").get("preset", "default")
    windows = f" Windows of signals were shortened to minutes (preset {preset})." if preset != "default" else ""
    if minutes < 12 * 60:
        length = f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"
        return (
            f"{length} of data: enough to see what happened; too little to show that anything predicts or pays, for "
            f"regimes and seasons (weeks), and for funding squeezes (90 days).{windows}"
        )
    days = minutes / 1_440
    if days < 20:
        length = "One day" if round(days) == 1 else f"{days:.1f} days"
        return f"{length} of data: a picture of it, and no evidence for other days.{windows}"
    return f"{days:.0f} days of data.{windows}"


def _facts(scope: Scope) -> dict[str, Any]:
    return {
        "market": str(scope.market),
        "tick": scope.instrument["tick_size"],
        "window": stretch(scope),
        "lake": scope.root.resolve().name,
        "made by": f"mm-footprint {package_version()}",
        "times": "UTC, 24 hours, whatever the zone of the reader",
        "lines over time": "at most 4,000 points each: of more, the lowest and highest of each bin and every hole",
    }
