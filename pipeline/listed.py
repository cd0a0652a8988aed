"""What venues' instrument lists say of a market's contract, each from the day on which it was said."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from pipeline.seen import Seen
from pipeline.sources.batch import ContractFacts

Sighting = tuple[Collection[date], Seen]
"""The days that a raw file touches, and what it shows."""

_CHANGING: Final = ("tick", "lot", "contract_size", "is_inverse", "funding_interval_h")


@dataclass(frozen=True, slots=True)
class Listed:
    """What was said on each day, earliest first. `is_late`: files of the days before the first are off its tick, so
    that it does not hold for them."""

    rows: tuple[tuple[date, ContractFacts], ...]
    is_late: bool

    @classmethod
    def of(cls, sightings: Sequence[Sighting]) -> "Listed":
        said = [(_day(facts, days), facts) for days, one in sightings for facts in one.said]
        rows = tuple(sorted(said, key=lambda row: (row[0], repr(row[1]))))
        return cls(rows, bool(rows) and any(_is_off(one, rows[0][1]) for one in _before(rows[0][0], sightings)))

    @property
    def begins(self) -> tuple[date, ...]:
        """The days from which something else holds than before."""
        changed = {day for (_, old), (day, new) in zip(self.rows, self.rows[1:], strict=False) if _differ(old, new)}
        return tuple(sorted(changed | ({self.rows[0][0]} if self.is_late else set())))

    def over(self, begin: date, end: date) -> tuple[ContractFacts, ...]:
        """What holds in [begin, end): said within it, else what was said last before, else what was said first
        after."""
        within = tuple(facts for day, facts in self.rows if begin <= day < end)
        earlier = [day for day, _ in self.rows if day < begin]
        if within or not self.rows or (self.is_late and not earlier):
            return within
        nearest = earlier[-1] if earlier else self.rows[0][0]
        return tuple(facts for day, facts in self.rows if day == nearest)

    def says(self, name: str, value: float) -> bool:
        """Whether any list says so."""
        return any(getattr(facts, name) == value for _, facts in self.rows)


def _day(facts: ContractFacts, days: Iterable[date]) -> date:
    return date.fromisoformat(facts.said_on) if facts.said_on else min(days)


def _before(day: date, sightings: Sequence[Sighting]) -> list[Seen]:
    """Of the files whose days all lie before."""
    return [one for days, one in sightings if days and max(days) < day]


def _is_off(one: Seen, facts: ContractFacts) -> bool:
    return facts.tick is not None and bool(one.step % Fraction(repr(facts.tick)))


def _differ(old: ContractFacts, new: ContractFacts) -> bool:
    both = [(getattr(old, name), getattr(new, name)) for name in _CHANGING]
    return any(None not in pair and pair[0] != pair[1] for pair in both)
