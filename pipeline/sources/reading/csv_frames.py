"""Good lines of a block of CSV as the frames of a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipeline.sources.batch import Batch, Rejected, conform, quarantine_frame
from pipeline.sources.reading.content import content_digests
from pipeline.sources.reading.csv_text import Lines, plain_text
from pipeline.sources.reading.framing import most_decimals, price_grid
from signals.table import UTC_US


@dataclass(frozen=True, slots=True)
class Moments:
    """Of each line: event time, and where there are any the times of sending and receipt, microseconds since 1970.

    clock: which clock the event time is, as in the tables; delay: how long after it the record is known where it does
    not say when it was received, microseconds.
    """

    event: pl.Series
    clock: str | pl.Series
    delay: int
    publish: pl.Series | None = None
    recv: pl.Series | None = None


@dataclass(slots=True)
class CsvBatches:
    """Makes the batches of one file; remembers the last event time of each table."""

    source: str
    recv_unit: str = ""
    last_event: dict[str, int] = field(default_factory=dict)
    last_recv: int = 0
    position: int = 0
    is_descending: bool = False
    """The file begins with its latest line: rows of equal time stand in the order opposite to the file's."""

    def frame(
        self,
        lines: Lines,
        table: str,
        moments: Moments,
        columns: Mapping[str, pl.Series],
        *,
        others: Sequence[pl.Series] = (),
        counts_lines: bool = True,
        digests: pl.Series | None = None,
    ) -> pl.DataFrame:
        """The good lines as rows of `table`, in the file's order, each with a digest of its times and columns.

        columns: a value for every line; others: columns with a value for every good line, not in the digest.
        counts_lines: false for a further record of lines that are counted with another table. digests: of each line,
        where not all of a row tells it from others, or more than the row does.
        """
        own = {name: column.alias(name) for name, column in columns.items()}
        times = {"event_ts": moments.event, "publish_ts": moments.publish, "recv_ts": moments.recv}
        times = {name: column.alias(name) for name, column in times.items() if column is not None}
        clock = moments.clock if isinstance(moments.clock, pl.Series) else pl.lit(moments.clock)
        named = pl.DataFrame([lines.numbers, *times.values(), *own.values()])
        whole = named.with_columns(clock.alias("clock")).filter(lines.is_good)
        event, is_good = whole["event_ts"], lines.is_good
        before = event.shift(1, fill_value=self.last_event.get(table, event[0] if event.len() else 0))
        later = [name for name in ("publish_ts", "recv_ts") if name in times]  # nothing is known before it is sent
        known = pl.max_horizontal(pl.col("event_ts") + moments.delay, *later)
        told_by = ["event_ts", *(["recv_ts"] if "recv_ts" in times else []), *own]
        same = content_digests(whole.select(told_by)) if digests is None else digests.filter(is_good)
        places = pl.int_range(self.position, self.position + whole.height, dtype=pl.Int64)
        made = whole.with_columns(
            same.alias("digest"),
            *others,
            pl.lit(int(counts_lines), dtype=pl.Int64).alias("lines"),
            (event > before if self.is_descending else event < before).alias("is_backwards"),
            known_ts=known,
            position=-places if self.is_descending else places,
        ).with_columns(pl.col(*times, "known_ts").cast(UTC_US))
        if event.len():
            self.last_event[table] = event[-1]
        return conform(made, table, self.source)

    def batch(
        self,
        lines: Lines,
        frames: Mapping[str, pl.DataFrame],
        rejected: Sequence[Rejected],
        *,
        prices: Sequence[str] = (),
        sizes: Sequence[str] = (),
        moments: Moments | None = None,
    ) -> Batch:
        """The block's batch. prices, sizes: text columns whose grid the market's is inferred from."""
        good = lines.text.filter(lines.is_good)
        self.position += len(lines.raw)
        offsets, backwards = self._receipt(lines, moments)
        return Batch(
            frames={name: frame for name, frame in frames.items() if frame.height},
            quarantine=quarantine_frame(list(rejected)),
            lines=len(lines.raw) - int(lines.is_beside.sum()),
            lines_beside=int(lines.is_beside.sum()),
            grid=price_grid([_numbers(good[name]) for name in prices]),
            qty_decimals=max((most_decimals(_numbers(good[name])) for name in sizes), default=0),
            offsets_ms=offsets,
            backwards_recv=backwards,
            recv_unit=self.recv_unit,
        )

    def _receipt(self, lines: Lines, moments: Moments | None) -> tuple[dict[int, int], int]:
        """How often each whole millisecond of recv - event occurs, and lines received before the one preceding."""
        if moments is None or moments.recv is None:
            return {}, 0
        recv, event = (times.filter(lines.is_good) for times in (moments.recv, moments.event))
        if not recv.len():
            return {}, 0
        backwards = int((recv < recv.shift(1, fill_value=self.last_recv)).sum())
        self.last_recv = recv[-1]
        counted = ((recv - event) // 1_000).value_counts()
        return dict(counted.rows()), backwards


def _numbers(text: pl.Series) -> pl.Series:
    """The texts that are numbers, written out; blanks are none."""
    return plain_text(text.filter(text.cast(pl.Float64, strict=False).is_finite()))
