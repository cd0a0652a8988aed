"""Files whose lines hold any number of records each: what each part of a line says, and whose line it is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pipeline.sources.batch import BadRecordError, Batch, Rejected, Stamp, brief
from pipeline.sources.reading.framing import Row, frame_batch

_FOREIGN_KEPT = 100


class Taken(NamedTuple):
    """What a part of a message says: a row of a table, or a book message.

    `stream` names the builder of its rows and `values` are what that takes (framing.py); event time and the feed's
    delay are in microseconds, `clock` as in the tables; copies have equal digests.
    """

    stream: str
    event: int
    clock: str
    delay: int
    digest: int
    values: Any


class Refused(NamedTuple):
    """A part of a message that cannot be taken, the table it would have been a row of, and why not."""

    table: str
    reason: str


Part = Taken | Refused


def parts(table: str, items: Iterable[Any], take: Callable[[Any], Sequence[Taken]]) -> list[Part]:
    """What `take` reads of each item; items it cannot read are refused with the reason. Nothing: it is of others."""
    found: list[Part] = []
    for item in items:
        try:
            found += take(item)
        except BadRecordError as reason:
            found.append(Refused(table, brief(str(reason))))
        except KeyError as missing:
            found.append(Refused(table, f"lacks field {missing}"))
        except (TypeError, ValueError, AttributeError) as wrong:
            found.append(Refused(table, brief(f"malformed: {wrong}")))
    return found


@dataclass(slots=True)
class RecordLines:
    """The records of one file, block by block. Whoever reads lines says which one it is in `line`."""

    source: str
    recv_unit: str = ""
    line: int = 0
    good: int = 0
    """Parts taken so far."""
    refused: int = 0
    """Parts, and lines, refused so far."""
    latest: int = 0
    """The latest event time so far, microseconds; 0 if there was none."""
    span: tuple[int, int] | None = None
    """The stretch that the file covers, as in Batch."""
    foreign: set[str] = field(default_factory=set)
    """Symbols of some other markets that lines were about."""
    _position: int = 0
    _last_event: dict[str, int] = field(default_factory=dict)
    _last_recv: int = 0
    _backwards_recv: int = 0
    _beside: int = 0
    _rows: dict[str, list[Row]] = field(default_factory=dict)
    _bad: list[Rejected] = field(default_factory=list)

    def take(self, found: Sequence[Part], recv: int | None, raw: bytes, *, lines: int = 1) -> None:
        """The parts of a message on `lines` lines, of which the first accounts for them; none: it is about others."""
        if not found:
            self.pass_by(lines)
            return
        if recv is not None:
            self._backwards_recv += recv < self._last_recv
            self._last_recv = recv
        for part in found:
            if isinstance(part, Refused):
                self.refuse(part, raw, lines=lines)
            else:
                self.keep(part, recv, line=self.line, lines=lines)
            lines = 0

    def keep(self, taken: Taken, recv: int | None, *, line: int, lines: int) -> None:
        """One part, of the line in which it stands."""
        backwards = taken.event < self._last_event.get(taken.stream, taken.event)
        self._last_event[taken.stream] = taken.event
        self.latest = max(self.latest, taken.event)
        stamp = Stamp(
            line, recv, taken.event, None, taken.delay, taken.digest, backwards, taken.clock, lines, self._position
        )
        self._rows.setdefault(taken.stream, []).append((stamp, taken.values))
        self._position += 1
        self.good += 1

    def refuse(self, refused: Refused, raw: bytes, *, lines: int = 1) -> None:
        """A part, or a line, that cannot be taken."""
        self.refused += 1
        self._bad.append(Rejected(self.line, self.latest, refused.table, refused.reason, 1, raw, lines))

    def pass_by(self, lines: int = 1) -> None:
        """Lines about another market, or about none."""
        self._beside += lines

    def saw(self, symbol: Any) -> None:
        """Another market that a line was about."""
        if len(self.foreign) < _FOREIGN_KEPT:
            self.foreign.add(brief(str(symbol), 40))

    def batch(self, block: Sequence[bytes], first: int) -> Batch:
        """What came since the last batch from the lines of `block`, of which `first` is the number of the first."""
        batch = frame_batch(self.source, self._rows, self._bad, lambda line: block[line - first])
        batch.lines, batch.lines_beside = len(block) - self._beside, self._beside
        batch.span = self.span
        batch.recv_unit, batch.backwards_recv = self.recv_unit, self._backwards_recv
        self._rows, self._bad, self._beside, self._backwards_recv = {}, [], 0, 0
        return batch
