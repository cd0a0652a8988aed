"""The book pass as the pipeline calls it."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from signals import SIGNALS
from signals.book_pass import BOOK_PASS
from signals.book_state import BOOK_STATE
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.table import Span
from signals.taker_flow import TAKER_FLOW
from tests.signals.book_frames import Message, snapshot, updates
from tests.signals.test_taker_flow import gaps, prints

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instruments(**known) -> pl.DataFrame:
    row = {
        "venue": "v",
        "symbol": "s",
        "valid_from": EPOCH,
        "known_ts": EPOCH,
        "tick_size": 0.1,
        "qty_decimals": 1,
        **known,
    }
    return INSTRUMENTS.check(pl.DataFrame([row], schema=INSTRUMENTS.schema))


def run(inputs, *, until=10.0, start=0.0, chunk_rows=100, **params):
    span = Span(EPOCH + timedelta(seconds=start), EPOCH + timedelta(seconds=until))
    frames = {"instruments": instruments(), **inputs}
    lazy = {name: frame.lazy() for name, frame in frames.items() if frame is not None}
    return BOOK_PASS.compute(lazy, span=span, chunk_rows=chunk_rows, **{**BOOK_PASS.params, **params})


BOOK = updates(
    [
        snapshot(2_300, [(10.0, 1), (9.0, 5)], [(10.1, 2), (11.0, 5)], 1),
        *(Message(2_300 + 170 * n, [(10.0, 1 + n % 3)], [(10.1, n % 2), (10.2, 1)], n + 1, n) for n in range(1, 30)),
    ]
)
TAPE = prints(*((1_100 + 90 * n, 10.0 + 0.1 * (n % 2), 0.5, 1 - 2 * (n % 2)) for n in range(40)))


def seconds(frame):
    return (frame["bar_end"].cast(pl.Int64) / 1e6).to_list()


def test_the_signal_is_listed_with_what_it_reads_and_writes():
    assert BOOK_PASS in SIGNALS
    assert BOOK_PASS.inputs[-1].name == "opening/book_close"


def test_both_tables_have_every_second_from_the_first_event_of_either():
    out = run({"book_updates": BOOK, "trades": TAPE})
    assert seconds(out["book_state"]) == seconds(out["taker_flow"]) == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert out["book_state"]["state"][0] == "RESYNC"
    assert out["taker_flow"]["buy_qty"][-1] == 0


def test_a_bar_needs_the_span_to_reach_its_end():
    assert seconds(run({"book_updates": BOOK, "trades": TAPE}, until=4.999)["book_state"]) == [2, 3, 4]
    assert seconds(run({"book_updates": BOOK, "trades": TAPE}, until=5.0, start=3.0)["taker_flow"]) == [4, 5]
    assert run({"book_updates": BOOK}, until=2.9)["book_state"].is_empty()


def test_inputs_may_be_absent_or_empty():
    for inputs in ({}, {"book_updates": BOOK.clear(), "trades": TAPE.clear()}):
        out = run({"instruments": None, **inputs})
        assert out["book_state"].equals(BOOK_STATE.empty())
        assert out["taker_flow"].equals(TAKER_FLOW.empty())
    alone = run({"trades": TAPE})
    assert set(alone["book_state"]["state"]) == {"RESYNC"}
    assert alone["taker_flow"]["n_prints"].sum() == 40
    assert run({"book_updates": BOOK})["taker_flow"]["n_prints"].sum() == 0


def test_events_without_an_instrument_are_refused_in_words():
    with pytest.raises(ValueError, match="expected one row of instruments"):
        run({"instruments": instruments().clear(), "trades": TAPE})
    with pytest.raises(ValueError, match="no tick_size"):
        run({"instruments": instruments(tick_size=None), "trades": TAPE})


@given(st.integers(1, 130))
@settings(max_examples=30, deadline=None)
def test_chunks_never_change_a_result(chunk_rows):
    missing = gaps(("trades", 3_000, 3_100, 3_400, "silence"))
    whole = run({"book_updates": BOOK, "trades": TAPE, "gaps": missing}, chunk_rows=10_000)
    cut = run({"book_updates": BOOK, "trades": TAPE, "gaps": missing}, chunk_rows=chunk_rows)
    for name, frame in whole.items():
        assert_frame_equal(cut[name], frame, check_exact=True)


@given(st.floats(1.2, 8.5))
@settings(max_examples=40, deadline=None)
def test_what_was_known_by_a_moment_does_not_change_with_what_comes_later(moment):
    """Prefix invariance, with garbage after the moment instead of nothing."""
    cut = EPOCH + timedelta(seconds=moment)
    is_known = pl.col("known_ts") <= cut
    garbage = {"price": pl.when(is_known).then("price").otherwise(99_999.9)}
    garbage["qty"] = pl.when(is_known).then("qty").otherwise(77.7)
    full = run({"book_updates": BOOK, "trades": TAPE})
    poisoned = run({"book_updates": BOOK.with_columns(**garbage), "trades": TAPE.with_columns(**garbage)})
    prefix = run({"book_updates": BOOK.filter(is_known), "trades": TAPE.filter(is_known)}, until=moment)
    for table in BOOK_PASS.outputs:
        known = full[table.name].filter(is_known)
        assert_frame_equal(poisoned[table.name].filter(is_known), known, check_exact=True)
        seen = prefix[table.name].join(known.select(table.key), on=table.key, how="semi", maintain_order="left")
        assert_frame_equal(seen, known, check_exact=True)


def test_importing_the_signals_does_not_import_numba():
    code = "import sys, signals; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
