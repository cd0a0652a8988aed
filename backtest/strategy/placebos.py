"""The rule against its controls: like against like, and by how much it is above each."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from backtest.strategy.figure import Excess, Figure, closed, figure

RULE = "rule"

_OWN_EXITS = "own_entries"
_KEEPS_INVENTORY = ("own_entries", "no_wait")
"""Controls that still enter on extreme inventory: to be no worse than these is enough."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A control's gross, net and break-even (bps per round trip), and the excess of what it is held against.

    `ordered`: entries it made, filled or not. `is_beaten`: the excess is above 0; for a control that takes the claim
    out, its whole interval is. None of `own_entries`, which is no control but the rule by the controls' exits.
    """

    ordered: int
    gross: Figure
    net: Figure
    break_even: Figure
    against: str
    excess: Excess | None
    is_beaten: bool | None


def compare(made: Mapping[str, pl.DataFrame], *, seed: int) -> dict[str, Compared]:
    """Trades of one latency by name, those of the rule under RULE, to a comparison by control.

    `flipped` keeps the rule's own exits and is held against the rule; all others leave by plain exits and are held
    against `own_entries`, which does so too.
    """
    gross = {name: figure(closed(trades), "gross_bps", seed=seed) for name, trades in made.items()}
    found = {}
    for name, trades in made.items():
        if name == RULE:
            continue
        against = RULE if name in ("flipped", _OWN_EXITS) else _OWN_EXITS
        mirrored = name == "flipped"
        excess = None if name == _OWN_EXITS else Excess.of(gross[against], gross[name], is_mirrored=mirrored)
        done = closed(trades)
        found[name] = Compared(
            ordered=trades.height,
            gross=gross[name],
            net=figure(done, "net_bps", seed=seed),
            break_even=figure(done, "break_even_bps", seed=seed),
            against=against,
            excess=excess,
            is_beaten=None if excess is None else (excess.value if name in _KEEPS_INVENTORY else excess.low) > 0,
        )
    return found
