"""The checks every signal must pass. Each takes a case and raises AssertionError with what is wrong."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl
from polars.testing import assert_frame_equal

from signals.inputs.bookkeeping import GAPS
from signals.table import Span, Table
from tests.lookahead.case import WHOLE, Case, Frames
from tests.lookahead.garbage import KINDS, poison
from tests.lookahead.moments import Moment

READS_DELAYS: dict[str, str] = {"reversion_signal": "an order is sent when its minute is known"}
"""Signals whose VALUES may change when inputs come later, by name, with the reason (an as-of join on known_ts).
They too must never know anything earlier."""


SAYS_WHEN: dict[str, tuple[str, ...]] = {"quote_pulls": ("seen_ts",)}
"""Columns, by table, that say like known_ts from when something was known: late inputs make them late."""


WAITS: dict[str, timedelta] = {"quote_ledger": timedelta(milliseconds=100)}
"""Bars, by table, that are decided only so long after their end, by what comes until then; they are known later."""


SPEAKS_RARELY: dict[str, tuple[str, ...]] = {
    "reversion_signal": ("reason", "waited", "ref_px", "entry_px"),
    "refills": ("refill_ms",),
    "chain_ends": ("last_qty",),
    "inventory_state": ("skew_bps",),
    "observations": ("toxicity",),
    "footprint": ("toxicity", "toxicity_strength", "toxicity_reading", "toxicity_age_min"),
}
"""Columns, by table, that say something only while something goes on; they must say it now and then."""


def check_prefix(case: Case, moments: Sequence[Moment]) -> None:
    """What is computed from the past alone is what the whole day says of it, in every column and bit."""
    whole = case.whole
    for moment in moments:
        records = case.records()
        past = {name: frame.filter(moment.is_known) for name, (_, frame) in records.items()}
        prefix = case.with_inputs({**case.inputs, **past}, until=moment.instant).run()
        _same_past(case, whole, prefix, moment, "computed from the past alone")


def check_poison(case: Case, moments: Sequence[Moment]) -> None:
    """Whatever the future brings, what was known before stays as it was."""
    whole = case.whole
    for moment in moments:
        for kind in KINDS:
            poisoned = {
                name: poison(table, frame, moment, case.span, kind) for name, (table, frame) in case.records().items()
            }
            made = case.with_inputs({**case.inputs, **poisoned}).run()
            _same_past(case, whole, made, moment, f"with garbage ({kind}) in the future")


def _same_past(case: Case, whole: Frames, made: Frames, moment: Moment, how: str) -> None:
    for table in case.signal.outputs:
        known = whole[table.name].filter(moment.is_final)
        got = made[table.name].join(known.select(table.key), on=table.key, how="semi", maintain_order="left")
        _equal(got, known, f"{table.name}, known at {moment.instant} (share {moment.share}), {how}")


def check_delay(case: Case, seed: int) -> None:
    """If inputs come later, no output is known earlier, and its values are the same."""
    draw = random.Random(seed)
    whole = case.whole
    for longest_ms in (1, 40_000):
        slow = {name: _delayed(frame, draw, longest_ms) for name, (_, frame) in case.records().items()}
        made = case.with_inputs({**case.inputs, **slow}).run()
        for table in case.signal.outputs:
            before, after = whole[table.name], made[table.name]
            times = ("known_ts", *SAYS_WHEN.get(table.name, ()))
            if case.signal.name not in READS_DELAYS:
                _equal(after.drop(times), before.drop(times), f"{table.name}, inputs up to {longest_ms} ms late")
            for time in times:
                both = before.select(*table.key, time).join(after.select(*table.key, late=time), on=table.key)
                early = both.filter(pl.col("late") < pl.col(time))
                assert early.is_empty(), f"{table.name}: {time} is earlier when inputs come later:\n{early}"


def _delayed(frame: pl.DataFrame, draw: random.Random, longest_ms: int) -> pl.DataFrame:
    delays = [draw.choice((0, draw.randint(0, longest_ms))) for _ in range(frame.height)]
    return frame.with_columns(pl.col("known_ts") + pl.duration(milliseconds=pl.Series(delays, dtype=pl.Int64)))


def check_chunks(case: Case, sizes: Sequence[int]) -> None:
    """No result depends on how many rows are held at once, or on how a frame lies in memory."""
    whole = case.whole
    for rows in sizes:
        _equal_outputs(case, case.run(chunk_rows=rows), whole, f"in chunks of {rows} rows")
        pieces = {name: _in_pieces(frame, max(rows, 1 + frame.height // 200)) for name, frame in case.inputs.items()}
        _equal_outputs(case, case.with_inputs(pieces).run(chunk_rows=WHOLE), whole, f"in Arrow pieces of {rows} rows")


def _in_pieces(frame: pl.DataFrame, rows: int) -> pl.DataFrame:
    pieces = list(frame.iter_slices(rows))
    return pl.concat(pieces, rechunk=False) if pieces else frame


def check_restart(first: Case, second: Case) -> None:
    """The second day computed from its declared warm-up on is the second day of both days computed in one go."""
    made = _both_days(first, second).run()
    alone = _after_warmup(second).run()
    for table in second.signal.outputs:
        start = second.span.start
        is_second = pl.col("bar_end") > start if "bar_end" in table.schema else pl.col("event_ts") >= start
        got, wanted = (frames[table.name].filter(is_second) for frames in (alone, made))
        _equal(got, wanted, f"{table.name}, second day alone and after the first")


def _after_warmup(case: Case) -> Case:
    """Inputs no further back than the signal declares."""
    inputs = dict(case.inputs)
    reach = case.reach()
    for name, (table, frame) in case.records().items():
        time = next((column for column in ("event_ts", "bar_end", "from_ts") if column in table.schema), None)
        if time and not name.startswith("opening/"):
            inputs[name] = frame.filter(pl.col(time) >= case.span.start - reach[name])
    return case.with_inputs(inputs)


def _both_days(first: Case, second: Case) -> Case:
    inputs = dict(first.inputs)
    for name, (table, late) in second.records().items():
        if not name.startswith("opening/"):
            # an input with a history begins with the first day's
            inputs[name] = late if second.reach()[name] else _joined(table, first.inputs[name], late)
    return replace(first, inputs=inputs, span=Span(first.span.start, second.span.until))


def _joined(table: Table, early: pl.DataFrame, late: pl.DataFrame) -> pl.DataFrame:
    """One frame of two days; messages are counted on, `seq` says the position in the day."""
    if "msg_id" in table.schema and early.height:
        late = late.with_columns(pl.col("msg_id") + (int(early["msg_id"].max()) + 1))
    both = pl.concat([early, late])
    return both.sort(table.key) if table is GAPS else both


def check_labels(case: Case, count: int, seed: int) -> None:
    """A bar is stamped with its end: nothing that happened then or later is in it, known or not."""
    draw = random.Random(seed)
    whole = case.whole
    for table in case.signal.outputs:
        if "bar_end" not in table.schema or whole[table.name].is_empty():
            continue
        for end in draw.choices(whole[table.name]["bar_end"].to_list(), k=count):
            over = end + WAITS.get(table.name, timedelta(0))
            before = {
                name: _happened_before(table_in, frame, over) for name, (table_in, frame) in case.records().items()
            }
            made = case.with_inputs({**case.inputs, **before}, until=over).run()
            earlier = pl.col("bar_end") <= end
            got, wanted = (frames[table.name].filter(earlier) for frames in (made, whole))
            _equal(got, wanted, f"{table.name} up to {end}, computed from what happened before {over}")


def _happened_before(table: Table, frame: pl.DataFrame, end: datetime) -> pl.DataFrame:
    if "bar_end" in table.schema:
        return frame.filter(pl.col("bar_end") <= end)
    return frame.filter(pl.col("from_ts" if table is GAPS else "event_ts") < end)


def check_rows(case: Case) -> None:
    """Outputs are known from their bar's end on, and in the order of their bars."""
    for name, frame in case.whole.items():
        assert frame["known_ts"].null_count() == 0, f"{name}: known_ts is null"
        if "bar_end" in frame.columns:
            early = frame.filter(pl.col("known_ts") < pl.col("bar_end"))
            assert early.is_empty(), f"{name}: rows known before their bar ended:\n{early}"
            sooner = frame.filter(pl.col("known_ts") < pl.col("known_ts").shift())
            assert sooner.is_empty(), f"{name}: rows known before the row above:\n{sooner}"
        if "event_ts" in frame.columns:
            early = frame.filter(pl.col("known_ts") < pl.col("event_ts"))
            assert early.is_empty(), f"{name}: rows known before they happened:\n{early}"


def check_filled(cases: Sequence[Case], silent: Sequence[str] = ()) -> None:
    """On a healthy market every column says something, in at least half of the rows unless it may be rare or silent."""
    for table in cases[0].signal.outputs:
        frame = pl.concat([case.whole[table.name] for case in cases])
        assert frame.height, f"{table.name}: no rows"
        rare = SPEAKS_RARELY.get(table.name, ())
        least = {name: 1 if name in rare else frame.height / 2 for name in frame.columns}
        empty = [name for name in frame.columns if frame[name].count() < least[name] and name not in silent]
        assert not empty, f"{table.name}: mostly null: {', '.join(empty)}"


def _equal_outputs(case: Case, made: Frames, whole: Frames, how: str) -> None:
    for table in case.signal.outputs:
        _equal(made[table.name], whole[table.name], f"{table.name}, {how}")


def _equal(got: pl.DataFrame, wanted: pl.DataFrame, what: str) -> None:
    try:
        assert_frame_equal(got, wanted, check_exact=True)
    except AssertionError as differs:
        raise AssertionError(f"{what}:\n{differs}\n{_first_difference(got, wanted)}") from None


def _first_difference(got: pl.DataFrame, wanted: pl.DataFrame) -> str:
    """The first row that differs, in the columns that differ."""
    for row, (one, other) in enumerate(zip(got.iter_rows(named=True), wanted.iter_rows(named=True), strict=False)):
        if one != other:
            off = [name for name in wanted.columns if one[name] != other[name]]
            says = "; ".join(f"{name}: {one[name]} instead of {other[name]}" for name in off)
            return f"first in row {row} ({list(other.values())[:4]}): {says}"
    return f"{got.height} rows instead of {wanted.height}"
