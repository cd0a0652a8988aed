"""The claims judged together: of many that say nothing some look as if they did, and that is counted here.

Benjamini and Yekutieli (2001), for claims that depend on each other in any way, as these do: most are made of one tape.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.inference.false_discovery import benjamini_yekutieli
from backtest.tearsheet.conclusion import p_of_best
from backtest.tearsheet.sheet import Tearsheet
from backtest.verdict import LEVEL


@dataclass(frozen=True, slots=True)
class Member:
    """A claim among the others.

    p: over its own horizons, of the one that speaks most for the registered sign, 1 if none does; p_family: over all
    claims judged. `is_beyond_chance` speaks of the second.
    """

    sheet: Tearsheet
    p: float
    p_family: float

    @property
    def is_beyond_chance(self) -> bool:
        return self.p_family < LEVEL

    @property
    def holds(self) -> bool:
        """Beyond chance among all, and predictive by its own sheet, which asks for days and placebos too."""
        return self.is_beyond_chance and self.sheet.verdict.startswith("predictive")


def family(sheets: Sequence[Tearsheet]) -> list[Member]:
    """Each sheet with its p over the family, the least first; equal ones in the order given."""
    if not sheets:
        return []
    p = np.array([p_of_best(sheet.sections["decay"]) for sheet in sheets])
    members = [
        Member(sheet, own, over_all)
        for sheet, own, over_all in zip(sheets, p.tolist(), benjamini_yekutieli(p).tolist(), strict=True)
    ]
    return sorted(members, key=lambda one: one.p_family)
