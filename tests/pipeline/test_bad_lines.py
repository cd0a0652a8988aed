"""Lines that cannot be taken: in quarantine with a reason, the others kept, exit 0 and a count."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.lake import Lake
from tests.pipeline.captures import NOON, depth, line, mark, session, snapshot, tape, ticker, trade, write_capture
from tests.pipeline.command import ingest_command
from tests.pipeline.lakes import digests, refresh, rows

_AT = NOON + 50_000


def _trade(**other: Any) -> bytes:
    return line(trade(900, at=_AT) | other)


def _lacking(name: str) -> bytes:
    return line({key: value for key, value in trade(900, at=_AT).items() if key != name})


_BAD: dict[str, tuple[bytes, str]] = {
    # text and JSON
    "no space": (b"1709640050000000", "not JSON"),
    "blank": (b"", "local time '' has not the file's 16 digits"),
    "cut": (_trade()[:-20], "not JSON"),
    "array": (b"1709640050000000 [1,2]", "expected a JSON object, got list"),
    "data is text": (b'1709640050000000 {"stream":"x","data":"text"}', "expected an object under data, got str"),
    "binary": (b"1709640050000000 \xff\x00\x80", "not JSON"),
    "nan literal": (b'1709640050000000 {"e":"trade","p":NaN}', "not JSON"),
    "deep": (line(trade(900, at=_AT))[:-1] + b',"x":' + b"[" * 400 + b"]" * 400 + b"}", "nested too deeply"),
    "long": (line(trade(900, at=_AT, s="X" * 3_000_000)), "foreign symbol"),
    # clocks
    "local time of other digits": (line(trade(900), recv_us=1_709_640_050_000_000_000), "not the file's 16 digits"),
    "local time is a word": (b"today " + line(trade(900)), "local time 'today' has not the file's 16 digits"),
    "time in seconds": (_trade(T=_AT // 1_000), "trade has time 1709640050, expected milliseconds"),
    "time in microseconds": (_trade(T=_AT * 1_000), "expected milliseconds since 1970 between 2009 and 2100"),
    "time is text": (_trade(T=str(_AT)), "trade has time '1709640050000'"),
    "time is a fraction": (_trade(T=_AT + 0.5), "trade has time 1709640050000.5"),
    "time is negative": (_trade(T=-_AT), "trade has time -1709640050000"),
    "time is missing": (_lacking("T"), "trade lacks field 'T'"),
    "publish time is null word": (_trade(E="now"), "trade has time 'now'"),
    "settlement is text": (line(mark(_AT, T="soon")), "next settlement of markPriceUpdate has time 'soon'"),
    "settlement is huge": (line(mark(_AT, T=10**18)), "next settlement of markPriceUpdate has time 10000"),
    # streams and symbols
    "unknown stream": (_trade(e="forceOrder"), "unknown stream 'forceOrder'"),
    "no stream": (_lacking("e"), "unknown stream 'None'"),
    "stream is a list": (_trade(e=["trade"]), "unknown stream"),
    "foreign": (_trade(s="ETHUSDT"), "foreign symbol 'ETHUSDT', expected 'BTCUSDT'"),
    "symbol is null": (_trade(s=None), "foreign symbol None"),
    # ids
    "id is text": (_trade(t="900"), "expected an id, got '900'"),
    "id is a fraction": (_trade(t=900.0), "expected an id, got 900.0"),
    "id is negative": (_trade(t=-1), "expected an id, got -1"),
    "id is true": (_trade(t=True), "expected an id, got True"),
    "id is beyond 63 bits": (_trade(t=2**63), "expected an id, got 9223372036854775808"),
    "update id is null": (line(ticker(_AT, 12) | {"u": None}), "expected an id, got None"),
    # numbers
    "negative quantity": (_trade(q="-1.000"), "qty is '-1.000', expected a number > 0"),
    "zero quantity": (_trade(q="0"), "qty is '0', expected a number > 0"),
    "zero price": (_trade(p="0.0"), "price is '0.0', expected a number > 0"),
    "nan price": (_trade(p="NaN"), "price is 'NaN', expected a number > 0"),
    "infinite price": (_trade(p="inf"), "price is 'inf', expected a number > 0"),
    "price in exponents": (_trade(p="1e2"), "price is '1e2', expected a number > 0"),
    "price of 400 digits": (_trade(p="9" * 400), "(402 characters), expected a number > 0"),
    "price of 20 decimals": (_trade(p="100.00000000000000000001"), "expected a number > 0"),
    "price with a space": (_trade(p=" 100.0"), "price is ' 100.0', expected a number > 0"),
    "price is a number": (_trade(p=100.0), "price is '100.0 (not text)', expected a number > 0"),
    "price is null": (_trade(p=None), "price is None, expected a number > 0"),
    "price is a list": (_trade(p=["100.0"]), "not text"),
    "side is text": (_trade(m="true"), "trade has m = 'true', expected true or false"),
    "label is a number": (_trade(X=7), "trade has X = 7, expected text"),
    "label is a list": (_trade(X=[]), "trade has X = [], expected text"),
    "off the tick": (_trade(t=901, p="100.05"), "price 100.05 is off the grid of 0.1"),
    "price is too large": (
        _trade(t=902, p="999999999999999"),
        "is too large to be counted in ticks of 0.1 and 3 decimals",
    ),
    "quantity is too large": (_trade(t=903, q="99999999999999"), "99999999999999.0 is too large to be counted"),
    "notional is too large": (_trade(t=904, q="9999999999999"), "9999999999999.0 is too large to be counted"),
    "level is too large": (line(depth(_AT, (16, 17, 15), [["99.9", "9" * 14]])), "is too large to be counted"),
    "ask is nothing": (line(ticker(_AT, 12, ask="")), "ask_px is '', expected a number > 0"),
    "rate is text": (line(mark(_AT, r="n/a")), "funding_rate is 'n/a', expected a number"),
    # levels
    "levels are numbers": (line(depth(_AT, (16, 17, 15), [[99.9, 1.0]])), "level [99.9, 1.0], expected a price > 0"),
    "level is text": (line(depth(_AT, (16, 17, 15), ["99.9"])), "expected levels as [price, quantity] pairs"),
    "level is a price": (line(depth(_AT, (16, 17, 15), [["99.9"]])), "expected levels as [price, quantity] pairs"),
    "levels are an object": (line(depth(_AT, (16, 17, 15)) | {"b": {"99.9": "1"}}), "expected levels as"),
    "levels are missing": (line({k: v for k, v in depth(_AT, (16, 17, 15)).items() if k != "a"}), "lacks field 'a'"),
    "level is nested": (line(depth(_AT, (16, 17, 15), [[["99.9"], "1.000"]])), "expected a price > 0"),
    "level is negative": (line(depth(_AT, (16, 17, 15), [["99.9", "-1.000"]])), "level ['99.9', '-1.000']"),
    "snapshot without asks": (line({"lastUpdateId": 9, "E": _AT, "T": _AT, "bids": []}), "snapshot lacks field 'asks'"),
    "snapshot without time": (
        line({"lastUpdateId": 9, "bids": [], "asks": []}),
        "snapshot in the form of binance-spot, expected that of binance-usdm",
    ),
}


@pytest.fixture(scope="module")
def all_at_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, str]:
    """A capture of 9,000 good prints with every bad line among them, and what ingest said."""
    folder = tmp_path_factory.mktemp("bad")
    lines = [*map(line, tape(9_000, first=1_000)), *(text for text, _ in _BAD.values())]
    lines.insert(0, line(trade(1)))
    result = ingest_command(folder / "lake", write_capture(folder / "bad.gz", lines), options=("--tick", "0.1"))
    assert result.code == 0, result.err
    return Lake(folder / "lake"), result.err


def test_bad_lines_are_counted_in_one_sentence(all_at_once: tuple[Lake, str]):
    _, said = all_at_once
    assert said.splitlines()[-1] == (
        f"warning: {len(_BAD)} of {9_001 + len(_BAD):,} new lines are in quarantine; "
        "`select * from quarantine` after publish tells why"
    )


def test_the_good_lines_around_them_are_kept(all_at_once: tuple[Lake, str]):
    lake, _ = all_at_once
    assert rows(lake, "trades").height == 9_001
    assert rows(lake, "accounts").select("lines_kept", "lines_quarantined").sum().row(0) == (9_001, len(_BAD))


@pytest.mark.parametrize("name", _BAD)
def test_a_bad_line_is_in_quarantine_with_its_reason(all_at_once: tuple[Lake, str], name: str):
    lake, _ = all_at_once
    text, reason = _BAD[name]
    (row,) = rows(lake, "quarantine").filter(line=9_002 + list(_BAD).index(name)).rows(named=True)
    assert reason in row["reason"]
    assert len(row["reason"]) <= 500
    assert row["raw"] == text[:2_000].decode(errors="replace")


def test_each_quarantined_line_is_one_row(all_at_once: tuple[Lake, str]):
    assert rows(all_at_once[0], "quarantine").height == len(_BAD)


def test_a_clock_going_backwards_is_kept_flagged_and_counted(tmp_path: Path):
    """Print 2 is stamped a second before print 1; its line was received before the one above it."""
    lines = [line(trade(1, at=_AT)), line(trade(2, at=_AT - 1_000)), line(trade(3, at=_AT + 1))]
    lake = tmp_path / "lake"
    assert ingest_command(lake, write_capture(tmp_path / "back.gz", lines)).code == 0
    flags = dict(rows(Lake(lake), "trades").select("trade_id", "is_backwards").rows())
    assert flags == {"1": False, "2": True, "3": False}
    counts = rows(Lake(lake), "manifest").select("backwards_events", "backwards_recv").row(0)
    assert counts == (1, 1)
    assert rows(Lake(lake), "quarantine").is_empty()


def test_a_conflicting_copy_is_quarantined_and_counted(tmp_path: Path):
    again = line(trade(7, qty="2.000"), recv_us=1_000 * _AT)
    result = ingest_command(tmp_path / "lake", write_capture(tmp_path / "two.gz", [*tape(150), again]))
    assert result.code == 0
    assert "warning: 1 of 151 new lines are in quarantine" in result.err
    (bad,) = rows(Lake(tmp_path / "lake"), "quarantine").rows(named=True)
    assert (bad["line"], bad["reason"]) == (
        151,
        "conflicts with an earlier record of the same id (binance-capture 7)",
    )


def test_conflicts_above_the_limit_fail_although_the_file_was_taken(tmp_path: Path):
    """A conflict shows only against the other files, after registering: the exit code tells it all the same."""
    again = [line(trade(number, qty="2.000"), recv_us=1_000 * _AT) for number in range(5)]
    result = ingest_command(tmp_path / "lake", write_capture(tmp_path / "two.gz", [*tape(100), *again]))
    assert (result.code, "warning: 5 of 105 new lines" in result.err) == (1, True)


def _computed(root: Path) -> Lake:
    lake = Lake(root)
    refresh(lake)
    return lake


@pytest.mark.parametrize("end", [b"\r\n", b" \n"])
def test_line_ends_of_other_systems_change_nothing(lake_small: Lake, tmp_path: Path, end: bytes):
    lake = tmp_path / "lake"
    assert ingest_command(lake, write_capture(tmp_path / "ends.txt", session(), end=end)).code == 0
    assert digests(_computed(lake)) == digests(lake_small)


def test_a_last_line_without_an_end_is_a_line(lake_small: Lake, tmp_path: Path):
    file = write_capture(tmp_path / "open.txt", session())
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    assert ingest_command(tmp_path / "lake", file).code == 0
    assert digests(_computed(tmp_path / "lake")) == digests(lake_small)


def test_gzip_members_one_after_another_are_one_file(lake_small: Lake, tmp_path: Path):
    """What `cat a.gz b.gz` and a recorder that restarts write."""
    lines = [line(message) for message in session()]
    halves = [write_capture(tmp_path / f"{at}.gz", part) for at, part in enumerate((lines[:20], lines[20:]))]
    (tmp_path / "both.gz").write_bytes(b"".join(half.read_bytes() for half in halves))
    assert ingest_command(tmp_path / "lake", tmp_path / "both.gz").code == 0
    assert digests(_computed(tmp_path / "lake")) == digests(lake_small)


def test_a_bare_message_and_one_wrapped_in_its_stream_are_the_same(lake_small: Lake, tmp_path: Path):
    wrapped = [line({"stream": "btcusdt", "E": message["E"], "data": message}) for message in session()]
    assert ingest_command(tmp_path / "lake", write_capture(tmp_path / "wrapped.gz", wrapped)).code == 0
    assert digests(_computed(tmp_path / "lake")) == digests(lake_small)


def test_extreme_but_possible_numbers_are_kept_exactly(tmp_path: Path):
    lines = [
        snapshot(NOON, 10, [["0.1", "0.001"]], [["999999999.9", "99999999.999"]]),
        depth(NOON + 100, (9, 11, 8), [["0.1", "0.002"]]),
    ]
    assert ingest_command(tmp_path / "lake", write_capture(tmp_path / "far.gz", lines)).code == 0
    levels = rows(Lake(tmp_path / "lake"), "book_updates").select(pl.col("price", "qty")).rows()
    assert levels == [(0.1, 0.001), (999999999.9, 99999999.999), (0.1, 0.002)]


@pytest.mark.parametrize(
    ("odd", "said", "option"),
    [
        (
            trade(900, price="0.00000000001"),
            "the prices of binance-usdm/BTCUSDT have no tick in common coarser",
            "--tick",
        ),
        (trade(900, qty="0.000000000001"), "a quantity of binance-usdm/BTCUSDT has 12 decimals", "--qty-decimals"),
    ],
)
def test_one_absurd_number_does_not_make_the_grid(odd: dict[str, Any], said: str, option: str, tmp_path: Path):
    """The grid cannot be inferred from it; once it is stated the line goes to quarantine."""
    lake, file = tmp_path / "lake", write_capture(tmp_path / "odd.gz", [*tape(200), odd])
    result = ingest_command(lake, file)
    assert (result.code, "error[FP005]" in result.err, said in result.err) == (1, True, True), result.err
    assert option in result.err
    stated = ingest_command(lake, file, options=(option, "0.1" if option == "--tick" else "3"))
    assert (stated.code, "warning: 1 of 201 new lines are in quarantine" in stated.err) == (0, True), stated.err


def test_a_print_off_the_market_does_not_make_the_grid(tmp_path: Path):
    """It is kept although its price is on no tick of the book."""
    odd = trade(900, at=NOON + 500, price="100.05", X="INSURANCE_FUND")
    lake = tmp_path / "lake"
    assert ingest_command(lake, write_capture(tmp_path / "odd.gz", [*tape(20), odd])).code == 0
    assert rows(Lake(lake), "instruments")["tick_size"].to_list() == [100.0]
    assert rows(Lake(lake), "trades").filter("is_off_market")["price"].to_list() == [100.05]


def test_a_print_off_the_market_and_off_the_grid_is_in_no_flow(tmp_path: Path):
    odd = trade(900, at=NOON + 500, price="100.05", X="INSURANCE_FUND")
    lake = tmp_path / "lake"
    assert ingest_command(lake, write_capture(tmp_path / "odd.gz", [*tape(20), odd])).code == 0
    assert rows(_computed(lake), "taker_flow")["n_prints"].to_list() == [10]
