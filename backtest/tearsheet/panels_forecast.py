"""Panels 5 to 10: what follows the signal, and whether anything but the signal would do as well."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from backtest.page import Panel, rows_table
from backtest.tearsheet.picture import Picture, reach

Facts = Mapping[str, Any]
_ESTIMATE: Final = ("value", "low", "high", "n")
_UNKNOWN: Final = dict.fromkeys(_ESTIMATE)


def decay(facts: Facts) -> Panel:
    """(5)"""
    rows = facts["rows"]
    low, value, high = ([None if row["ic"] is None else row["ic"][k] for row in rows] for k in ("low", "value", "high"))
    names = [f"{row['horizon_s']:g}" for row in rows]
    drawn = Picture(
        "rank correlation by horizon", "horizon in seconds", "rank correlation", names, reach(low, value, high)
    )
    table = rows_table(
        ["horizon s", "correlation", "low", "high", "n", "apart", "p", "p over all", "status"],
        [
            [row["horizon_s"], *cells(row["ic"]), row["apart"], row["p"], row["p_adjusted"], row["status"]]
            for row in rows
        ],
    )
    life = f"<p>Half of the largest is left after: {escape(facts['half_life_said'])}.</p>"
    note = f"{facts['method']}. Band: 95 %. Apart: returns that do not overlap. p over all: Benjamini-Yekutieli."
    return Panel(
        "5. Does it forecast, and how far ahead?", drawn.band(low, high).line(value).text() + life + table, note=note
    )


def explained(facts: Facts) -> Panel:
    """(6)"""
    now = facts["contemporaneous"]
    named = [(f"own window, {facts['window_s']:g} s (while it happens)", now)]
    named += [(f"next {row['horizon_s']:g} s (forecast)", row) for row in facts["predictive"]]
    shares = [row["r2"] for _, row in named]
    drawn = Picture("explained share", "", "R2", [name for name, _ in named], reach(shares)).bars(shares)
    table = rows_table(
        ["return", "R2", "at least", "slope bps", "low", "high", "n", "t"],
        [[name, row["r2"], row["r2_low"], *cells(row["slope_bps"]), row["t"]] for name, row in named],
    )
    note = "The first is partly accounting: what moves the book moves the mid. Only what comes after is a forecast."
    return Panel("6. Does it explain what is happening, or what comes next?", drawn.text() + table, note=note)


def incremental(facts: Facts) -> Panel:
    """(7)"""
    rows = [
        [", ".join(row["given"]) or "nothing", row["ic"], *cells(row["slope"])[1:], row["p"]] for row in facts["rows"]
    ]
    table = rows_table(["given", "rank correlation", "low", "high", "n", "p"], rows)
    note = (
        f"Horizon {facts['horizon_s']:g} s. Partial rank correlation; the interval is that of the slope between ranks."
    )
    return Panel("7. Does it add to what everybody sees?", table, note=note)


def buckets(facts: Facts) -> Panel:
    """(8)"""
    title, rows = "8. Does more signal mean more of what follows?", facts["rows"]
    if not rows:
        return Panel(title, f'<p class="warn">{escape(facts["note"])}.</p>')
    low, value, high = ([row["mean_bps"][k] for row in rows] for k in ("low", "value", "high"))
    names = [f"{number}" for number in range(1, len(rows) + 1)]
    drawn = Picture(
        "mean after each fifth", "fifth of the signal, from low to high", "bps", names, reach(low, value, high)
    )
    shown = [[k, row["from"], row["to"], *cells(row["mean_bps"])] for k, row in enumerate(rows, 1)]
    top = facts["top_minus_bottom_bps"]
    shown.append(["top less bottom", None, None, *cells(top)])
    shown = [[str(row[0]), *row[1:]] for row in shown]
    table = rows_table(["fifth", "from", "to", "mean bps", "low", "high", "n"], shown)
    note = f"Horizon {facts['horizon_s']:g} s; {facts['note']}. Of twenty intervals one misses."
    return Panel(
        title,
        drawn.bars(value).whiskers(low, high).text() + table,
        note=note,
    )


def stability(facts: Facts) -> Panel:
    """(9)"""
    table = rows_table(
        ["by", "cell", "correlation", "low", "high", "n"],
        [[row["by"], row["cell"], *(cells(row["ic"])[:3]), row["n"]] for row in facts["rows"]],
    )
    lead = (
        f"<p>{facts['cells_with_the_registered_sign']} of {facts['cells']} cells with an estimate have the "
        "registered sign.</p>"
    )
    note = (
        f"Horizon {facts['horizon_s']:g} s. Cells of fewer than a hundred places are not estimated. Thirds are of the "
        "whole sample."
    )
    return Panel("9. Is it there in every market, hour and state?", lead + table, note=note)


def placebo(facts: Facts) -> Panel:
    """(10)"""
    shifts, naive = facts["shifted_in_time"], facts["naive"]
    rows: list[Sequence[Any]] = [["this signal", *cells(facts["ic"])[:3], ""]]
    if shifts is None:
        rows.append(["itself, moved round in time", None, None, None, "the sample is too short to move it"])
    else:
        said = f"as good in {shifts['p']:.1%} of {shifts['draws']} draws"
        rows.append(["itself, moved round in time", shifts["mean"], shifts["low"], shifts["high"], said])
    rows.append(["sign turned round", facts["sign_flipped"]["ic"], None, None, ""])
    adds = "the signal adds to it" if facts["adds_to_naive"] else "nothing shown beyond it"
    rows.append([f"naive: {naive['what']}", *cells(naive["ic"])[:3], adds])
    for name, leak in facts["leaks"].items():
        exposed = (
            "EXPOSED: " + "; ".join(leak["suspicions"])
            if leak["is_exposed"]
            else "not exposed: it hardly moves with the price while it happens"
        )
        rows.append([f"leaking control: {name}", *cells(leak["ic"])[:3], exposed])
    table = rows_table(["what", "correlation", "low", "high", "said of it"], rows)
    flags = "".join(f'<p class="warn">Looks like a leak: {escape(what)}.</p>' for what in facts["suspicions"])
    note = (
        f"Horizon {facts['horizon_s']:g} s, the one that speaks most for the signal. The leaking controls have seen "
        "the future: a sheet that does not expose them could not expose a leak of that kind here."
    )
    return Panel("10. Would a signal that knows nothing do as well?", flags + table, note=note)


def cells(found: Mapping[str, Any] | None) -> list[Any]:
    """Value, both ends and n."""
    return [(_UNKNOWN if found is None else found)[name] for name in _ESTIMATE]
