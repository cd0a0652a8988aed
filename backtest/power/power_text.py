"""The power curve to read: tables of text, the same on a screen and in Markdown."""

from collections.abc import Iterator, Sequence
from math import isnan
from textwrap import fill

from backtest.inference.estimate import Estimate
from backtest.power.controls import CONTROLS
from backtest.power.curve import Curve, Row
from backtest.power.promises import LEAST_SEEDS, promises
from backtest.scores.scorecard_text import SCREEN

CAVEAT = (
    "Simulated worlds in reduced form, in which the pressure is known to be there: what is found in them bounds from "
    "above what could be found in a market. Makers hedge half in 2 to 20 minutes; of makers who take two hours, 20 bps "
    "are not found (methods.md, Power). No statement that a market has such a pressure, and no advice."
)

_WORDS = {True: "kept", False: "NOT KEPT", None: f"not judged, fewer than {LEAST_SEEDS} seeds"}

Table = tuple[str, str, list[list[str]]]
"""Title, what it says, and rows of cells, the head first."""


def tables(curve: Curve) -> Iterator[Table]:
    """All that the curve says."""
    yield (
        "The rule",
        "Gross and net in bps of the notional per trade, with standard errors clustered by seed; win rate beside the "
        "one that stop and target give without an edge; found: seeds in which the judge's 95 % interval of the mean "
        "gross lies above 0.",
        _rows(curve, ["rule"], "pressure"),
    )
    yield (
        "How much data it takes",
        "Share of samples of that many days in which the judge finds the gross edge, at two-sided 5 %. Without an edge "
        "2.5 % are found by chance. The days that the scores need first are not counted.",
        _lengths(curve),
    )
    yield (
        "What of it is inventory",
        "Bps per trade, means over seeds. Permuted entries, their side against the other: 0 if labels are chance. The "
        "rule against itself on days in random order: what knowing the inventory adds to waiting for a pullback.",
        _contrasts(curve),
    )
    for one in curve.contrasts:
        pressure = f"{one.pressure_bps:g} bps"
        rows = _rows(curve, list(CONTROLS), "control", only=one.pressure_bps)
        yield (f"Controls at {pressure}", "", rows)


def text(curve: Curve) -> str:
    """For a screen; ends without a newline."""
    parts = []
    for title, note, rows in tables(curve):
        parts.append("\n".join([title, *([fill(note, SCREEN)] if note else []), _aligned(rows)]))
    meanings = "\n".join(f"  {name.ljust(15)} {meaning}" for name, meaning in CONTROLS.items())
    kept = "\n".join(
        fill(f"{word}: {said}: {measured}", SCREEN, initial_indent="  ", subsequent_indent="    ")
        for word, said, measured in _promises(curve)
    )
    return "\n\n".join([*parts, f"Controls\n{meanings}", f"Promised beforehand\n{kept}", fill(CAVEAT, SCREEN)])


def markdown(curve: Curve, *, header: Sequence[str]) -> str:
    """docs/power.md: generated, so `header` says what it was made from."""
    parts = ["# Power of the inventory reversion rule", *header, CAVEAT]
    kept = "\n".join(f"- **{word}**: {said}: {measured}." for word, said, measured in _promises(curve))
    parts.append(f"## Promised beforehand\n\n{kept}")
    for title, note, rows in tables(curve):
        parts.append(f"## {title}\n\n{f'{note}{chr(10)}{chr(10)}' if note else ''}{_piped(rows)}")
    meanings = "\n".join(f"- `{name}`: {meaning}" for name, meaning in CONTROLS.items())
    return "\n\n".join([*parts, f"## The controls\n\n{meanings}"]) + "\n"


def _promises(curve: Curve) -> Iterator[tuple[str, str, str]]:
    for one in promises(curve):
        yield _WORDS[one.is_kept], one.said, one.measured


def _rows(curve: Curve, controls: Sequence[str], first: str, only: float | None = None) -> list[list[str]]:
    head = [first, "trades", "gross", "s.e.", "right sign", "funding", "net", "s.e.", "win rate", "by chance", "found"]
    chosen = [row for row in curve.rows if row.control in controls and only in (None, row.pressure_bps)]
    return [head, *(_cells(row, first) for row in chosen)]


def _cells(row: Row, first: str) -> list[str]:
    return [
        f"{row.pressure_bps:g} bps" if first == "pressure" else row.control,
        f"{row.n_trades:,}",
        _bps(row.gross.value),
        _error(row.gross),
        f"{row.n_right} of {row.n_seeds}",
        _bps(row.funding_bps),
        _bps(row.net.value),
        _error(row.net),
        _share(row.win_rate),
        _share(row.chance_wins),
        "{} of {}".format(*row.found[max(row.found)]),
    ]


def _lengths(curve: Curve) -> list[list[str]]:
    rows = [row for row in curve.rows if row.control == "rule"]
    head = ["pressure", *(f"{days} days" for days in rows[0].found)]
    return [head, *([f"{row.pressure_bps:g} bps", *(_found(*of) for of in row.found.values())] for row in rows)]


def _contrasts(curve: Curve) -> list[list[str]]:
    head = ["pressure", "permuted side", "s.e.", "inventory adds", "s.e.", "seeds in which that is found"]
    return [
        head,
        *(
            [
                f"{one.pressure_bps:g} bps",
                _bps(one.side.value),
                _error(one.side),
                _bps(one.inventory.value),
                _error(one.inventory),
                f"{one.n_beyond} of {one.inventory.n}",
            ]
            for one in curve.contrasts
        ),
    ]


def _found(found: int, of: int) -> str:
    return f"{_share(found / of)} of {of}" if of else "-"


def _bps(value: float) -> str:
    return "-" if isnan(value) else f"{value:+.2f}"


def _error(estimate: Estimate) -> str:
    return "-" if isnan(estimate.error) else f"{estimate.error:.2f}"


def _share(value: float) -> str:
    return "-" if isnan(value) else f"{100 * value:.1f} %"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  "
        + "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _piped(rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *(["---:"] * (len(rows[0]) - 1))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [rows[0], rule, *rows[1:]])
