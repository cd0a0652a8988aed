"""The instruments of a market: each valid from a day on, until the next."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from pipeline.instrument import resolve_instrument
from pipeline.market import BEGINNING, Instrument, Market
from pipeline.recording import day_start
from pipeline.seen import Seen, common_step
from pipeline.wanted import Wanted

Sighting = tuple[Collection[date], Seen]
"""The days that a raw file touches, and what it shows."""


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
    """Each span from what is stated for it and from the files that touch it; one that is new infers its tick anew.

    The spans are those of footprint.toml; of a market that it does not speak of, those known before. Raises FP005 as
    `resolve_instrument` does.
    """
    begins = [BEGINNING]
    if market in wanted.changes:
        begins += [begin for begin, _ in wanted.changes[market]]
    elif known:
        begins = [begin for begin, _ in known.rows]
    ends = [*begins[1:], date.max]
    rows = []
    for begin, end in zip(begins, ends, strict=True):
        seen = [one for days, one in sightings if any(begin <= day < end for day in days)]
        rows.append((begin, resolve_instrument(market, wanted.of(market, begin), _before(known, begin), seen)))
    return Spans(tuple(rows))


def _before(known: Spans | None, begin: date) -> Instrument | None:
    """What was known of a span: itself, or what was stated for the one it is cut from."""
    if known is None:
        return None
    one = known.on(begin)
    is_new = known.begin(begin) != begin
    return replace(one, tick_size=0.0) if is_new and "tick_size" in one.inferred else one
