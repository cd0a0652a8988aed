"""Panels 11 to 17: what simulations say of it, what it is worth, what was tried, how it fails, and the verdict."""

from collections.abc import Mapping
from html import escape
from typing import Any

from backtest.page import Panel, definitions, rows_table, shown
from backtest.tearsheet.panels_forecast import cells

Facts = Mapping[str, Any]


def scorecard(facts: Facts) -> Panel:
    """(11)"""
    title = "11. How well does it find what is really there, where the truth is known?"
    rows = facts["rows"]
    if not rows:
        return Panel(title, f"<p>Not scored: {escape(facts['why'])}.</p>")
    table = rows_table(list(rows[0]), [list(row.values()) for row in rows])
    return Panel(title, table, note="Simulated markets; they bound what can be expected of real ones from above.")


def costs(facts: Facts) -> Panel:
    """(12)"""
    title = "12. What would a position have made, and what does making it cost?"
    if not facts["is_applicable"]:
        return Panel(title, f"<p>Not applicable: {escape(facts['why'])}.</p>")
    made: list[list[Any]] = []
    for row in facts["rows"]:
        gross, ways = row.get("gross_bps"), row.get("net_bps", {})
        nets = [_interval(ways.get(way)) for way in ("taker_taker", "maker_taker", "maker_maker")]
        figures = (row.get("turnover_per_decision"), _interval(gross), row.get("spread_bps"), row.get("break_even_bps"))
        made.append([row["latency_ms"], row["decisions"], row["left_out"], *figures, *nets])
    table = rows_table(
        [
            "latency ms", "decisions", "left out", "turned each", "gross bps each", "spread bps", "break-even bps",
            "net taker taker", "net maker taker", "net maker maker",
        ],
        made,
    )  # fmt: skip
    fees = facts["fees"]
    parts = {
        "in sample, net bps each (first four fifths)": _interval(facts["in_sample_bps"]),
        "set aside, net bps each (last fifth)": _interval(facts["set_aside_bps"]),
        "round trip costs": f"{fees['taker_taker']:g} bps taker taker, {fees['maker_taker']:g} maker taker, "
        f"{fees['maker_maker']:g} maker maker ({fees['venue']}, {fees['tier']} tier; {fees['source']})",
    }
    short = [row["why"] for row in facts["rows"] if "why" in row]
    warn = f'<p class="warn">{escape(short[0])}.</p>' if short else ""
    return Panel(
        title, warn + table + definitions(parts), note=f"A position every {facts['horizon_s']:g} s. {facts['note']}."
    )


def trials(facts: Facts) -> Panel:
    """(13)"""
    said = {
        "trials registered for this signal": facts["trials"],
        "that differ": facts["effective_trials"],
        "days of returns": facts["days"],
        "deflated Sharpe ratio": facts["dsr"] if facts["dsr"] is not None else f"none: {facts['dsr_why']}",
        "probability of overfitting": facts["pbo"] if facts["pbo"] is not None else f"none: {facts['pbo_why']}",
    }
    note = "Every judging adds its horizons and latencies to the registry of the lake; asking again adds nothing."
    return Panel("13. How many ways were tried?", definitions(said), note=note)


def power(facts: Facts) -> Panel:
    """(14)"""
    need = f"A correlation of 0.02 takes about {facts['needed_for_small_ic']:,.0f} independent observations."
    body = f"<p>{escape(facts['said'])}.</p><p>{need}</p>"
    return Panel("14. What could this sample have shown?", body, note=f"Horizon {facts['horizon_s']:g} s.")


def failures(facts: list[Facts]) -> Panel:
    """(15)"""
    table = rows_table(["known way to be wrong", "test that guards it"], [[one["what"], one["test"]] for one in facts])
    return Panel("15. How does it fail?", table)


def verdict(facts: Facts) -> Panel:
    """(16)"""
    said = f'<p class="lead"><span class="verdict">{facts["verdict"]}</span>: {escape(facts["meaning"])}.</p>'
    why = "".join(f"<li>{escape(what)}</li>" for what in facts["why"])
    less = "".join(f"<li>{escape(what)}</li>" for what in facts["cannot_show"])
    limits = f"<p>What this data cannot show:</p><ul>{less}</ul>" if less else ""
    return Panel("16. What is the verdict?", f"{said}<ul>{why}</ul>{limits}")


def caveat(text: str) -> Panel:
    """(17)"""
    return Panel("17. What is this not?", f"<p>{escape(text)}</p>")


def _interval(found: Mapping[str, Any] | None) -> str | None:
    if found is None:
        return None
    value, low, high = (shown(one) for one in cells(found)[:3])
    return f"{value} ({low} to {high})" if found["value"] is not None else None
