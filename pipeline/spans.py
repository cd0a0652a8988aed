"""The instruments of a market: each valid from a day on, until the next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from pipeline.instrument import resolve_instrument
from pipeline.listed import Listed, Sighting
from pipeline.market import BEGINNING, Instrument, Market
from pipeline.recording import day_start
from pipeline.seen import Seen, common_step
from pipeline.wanted import Wanted

_LISTED: Final = {"tick_size": "tick", "contract_size": "contract_size"}
"""What of an instrument contradictions are refused in, and what it is called in a list."""


@dataclass(frozen=True, slots=True)
class Spans:
    """The first day of each instrument's validity, earliest first; the first is BEGINNING."""

    rows: tuple[tuple[date, Instrument], ...]

    def begin(self, day: date) -> date:
        """From when the instrument of a day is valid."""
        return max(begin for begin, _ in self.rows if begin <= day)

    def on(self, day: date) -> Instrument:
        """What is valid on a day."""
        return dict(self.rows)[self.begin(day)]

    def over(self, first: date, last: date) -> Instrument:
        """What is valid on the day `last`, its grid so fine that the prices and sizes from `first` on lie on it too."""
        found = [self.on(day) for day in {first, *(begin for begin, _ in self.rows if first < begin <= last), last}]
        ticks = [Fraction(repr(one.tick_size)) for one in found]
        decimals = max(one.qty_decimals for one in found)
        return replace(self.on(last), tick_size=float(common_step(ticks)), qty_decimals=decimals)

    def is_coarser(self, day: date) -> bool:
        """True if levels of the day before need not lie on the grid of `day`."""
        here = self.on(day)
        both = self.over(day - timedelta(days=1), day)
        return (both.tick_size, both.qty_decimals) != (here.tick_size, here.qty_decimals)

    def within(self, since: int, until: int) -> Iterator[tuple[int, int, Instrument]]:
        """The stretches of (since, until], in microseconds, and what is valid in each."""
        begins = [int(day_start(begin).timestamp()) * 1_000_000 for begin, _ in self.rows]
        for begin, end, (_, one) in zip(begins, [*begins[1:], until], self.rows, strict=True):
            if max(begin, since) < min(end, until):
                yield max(begin, since), min(end, until), one

    @property
    def latest(self) -> Instrument:
        return self.rows[-1][1]

    @property
    def inferred(self) -> tuple[str, ...]:
        """What was inferred in any of them."""
        return tuple(dict.fromkeys(name for _, one in self.rows for name in one.inferred))


def resolve_spans(market: Market, wanted: Wanted, known: Spans | None, sightings: Sequence[Sighting]) -> Spans:
    """Each span from what is stated for it, what instrument lists say and the files that touch it; one that is new
    infers its tick anew.

    The spans are those of footprint.toml; of a market that it does not speak of, those known before; and where lists
    of different days differ, a span begins with the later day. Raises FP005 as `resolve_instrument` does.
    """
    listed = Listed.of(sightings)
    stated = {BEGINNING}
    if market in wanted.changes:
        stated |= {begin for begin, _ in wanted.changes[market]}
    kept = {begin for begin, _ in known.rows} if known and market not in wanted.changes else set()
    begins = sorted(stated | kept | {*listed.begins})
    rows: list[tuple[date, Instrument]] = []
    for begin, end in zip(begins, [*begins[1:], date.max], strict=True):
        seen = [replace(one, said=()) for days, one in sightings if any(begin <= day < end for day in days)]
        seen.append(Seen(is_native=False, said=listed.over(begin, end)))
        one = resolve_instrument(market, wanted.of(market, begin), _before(known, begin, listed), seen)
        if begin in stated or one != rows[-1][1]:
            rows.append((begin, one))
    return Spans(tuple(rows))


def _before(known: Spans | None, begin: date, listed: Listed) -> Instrument | None:
    """What was known of a span: itself, or what was stated for the one it is cut from. What a list says is not known
    without the list: another list may say otherwise for that day."""
    if known is None:
        return None
    one = known.on(begin)
    said = {name for name, field in _LISTED.items() if listed.says(field, getattr(one, name))}
    is_new = known.begin(begin) != begin
    inferred = tuple(dict.fromkeys((*one.inferred, *sorted(said))))
    is_anew = "tick_size" in said or (is_new and "tick_size" in inferred)
    return replace(one, inferred=inferred, tick_size=0.0 if is_anew else one.tick_size)
