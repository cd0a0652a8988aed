"""Replies of Deribit become records; what they are not is said."""

import json
from datetime import UTC, datetime

import pytest

from pipeline.sources.batch import BadRecordError
from pipeline.sources.deribit.replies import INDEX, Replied, is_ours, records_of
from pipeline.sources.reading.framing import frame_batch
from tests.pipeline.sources.deribit.payloads import ENTRIES, INDEX_URL, MS, SUMMARIES_URL, bars, reply, summary

RECV = 1_000 * MS + 250_000


def summaries(*entries, chain: str = "ETH", line: int = 1) -> Replied:
    return records_of(SUMMARIES_URL, reply(list(entries)), RECV, chain=chain, line=line)


def index(*rows, url: str = INDEX_URL, recv_us: int = RECV, chain: str = "ETH") -> Replied:
    return records_of(url, bars(*rows), recv_us, chain=chain)


def frames(replied: Replied):
    return frame_batch("json-capture", dict(replied.rows), replied.rejected, lambda _: b"").frames


def test_which_addresses_are_read():
    assert is_ours(SUMMARIES_URL)
    assert is_ours(f"http://127.0.0.1:80/x/{INDEX}?a=b")
    assert not is_ours("https://host/api/v2/public/ticker?instrument_name=BTC-PERPETUAL")


def test_a_summary_is_a_quote():
    row = frames(summaries(*ENTRIES))["option_quotes"].row(0, named=True)
    assert row["event_ts"] == datetime(2024, 1, 3, 0, 10, 0, 123_000, tzinfo=UTC)
    assert row["known_ts"] == row["event_ts"].replace(microsecond=623_000)  # 500 ms, later than the receipt
    assert (row["bid_px"], row["ask_px"], row["mark_px"], row["mark_iv"]) == (0.0505, 0.051, 0.050853, 0.5491)
    assert (row["strike"], row["px_ccy"], row["option_type"], row["clock"]) == (2200, "ETH", "C", "publish")


def test_a_reply_is_one_line_and_other_chains_stand_beside():
    replied = summaries(*ENTRIES, line=7)
    assert [stamp.lines for stamp, _ in replied.rows["option_quotes"]] == [1, 0]
    assert {stamp.line for stamp, _ in replied.rows["option_quotes"]} == {7}
    assert replied.beside == 1
    assert summaries(*ENTRIES, chain="AVAX_USDC").beside == 2
    assert not summaries(*ENTRIES, chain="BTC").rows


def test_null_and_zero_prices_are_none():
    frame = frames(summaries(summary(bid_price=None, ask_price=0.0, mark_price=0.0)))["option_quotes"]
    assert frame.select("bid_px", "ask_px", "mark_px").row(0) == (None, None, 0)


def test_numbers_keep_their_digits():
    text = reply([summary()]).replace("2241.65", "2223.1257250511408").replace("0.0505", "5.05e-2")
    frame = frames(records_of(SUMMARIES_URL, text, RECV, chain="ETH"))["option_quotes"]
    assert frame.select("underlying_px", "bid_px").row(0) == (2223.1257250511408, 0.0505)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"instrument_name": None}, "instrument_name is None"),
        ({"instrument_name": "ETH-PERPETUAL"}, "instrument_name is 'ETH-PERPETUAL'"),
        ({"creation_timestamp": None}, "creation_timestamp is None"),
        ({"creation_timestamp": MS // 1_000}, "creation_timestamp is 1704240600"),
        ({"quote_currency": "USDC"}, "quote_currency is not"),
        ({"underlying_price": True}, "underlying_px is"),
        ({"mark_price": "x"}, "mark_px is x"),
    ],
)
def test_an_entry_that_cannot_be_taken_says_why(changes, reason):
    replied = summaries(summary(), summary(**changes))
    batch = frame_batch("json-capture", dict(replied.rows), replied.rejected, lambda _: b"")
    assert batch.frames["option_quotes"].height == 1
    assert batch.quarantine["reason"][0].startswith(reason)
    assert batch.quarantine["lines"].to_list() == [0]


def test_a_bar_of_the_index_is_stamped_with_its_end_and_percent_become_fractions():
    frame = frames(index((MS - 120_000, 50.5, 51, "50.1", 50.75)))["vol_index"]
    row = frame.row(0, named=True)
    assert row["event_ts"] == datetime(2024, 1, 3, 0, 9, 0, 123_000, tzinfo=UTC)
    assert row["known_ts"] == datetime(2024, 1, 3, 0, 10, 0, 123_000, tzinfo=UTC)  # its end and a minute
    assert (row["index_name"], row["interval_s"]) == ("DVOL", 60)
    assert (row["open"], row["high"], row["low"], row["close"]) == (0.505, 0.51, 0.501, 0.5075)
    assert row["recv_ts"] is None  # asked for years later, it would be known years too late


def test_an_index_in_fractions_stays():
    assert frames(index((MS - 120_000, 0.2, 0.21, 0.2, 0.21)))["vol_index"]["close"].to_list() == [0.21]


def test_a_bar_that_is_not_over_is_left_out():
    replied = index((MS - 120_000, 50, 50, 50, 50), (MS - 30_000, 51, 51, 51, 51))
    assert len(replied.rows["vol_index"]) == 1
    assert replied.beside == 1


def test_a_day_is_a_resolution_too():
    url = INDEX_URL.replace("resolution=60", "resolution=1D")
    replied = index((MS - 86_400_000, 50, 50, 50, 50), url=url)
    ((_, values),) = replied.rows["vol_index"]
    assert values["interval_s"] == 86_400


def test_the_index_of_another_currency_stands_beside():
    assert index((MS - 120_000, 50, 50, 50, 50), chain="BTC").beside == 1


@pytest.mark.parametrize("bar", [(MS,), "x", (MS / 1, 1, 1, 1, 1), (MS - 120_000, 50, 50, 50, None)])
def test_a_bad_bar_says_why(bar):
    replied = records_of(INDEX_URL, reply({"data": [bar]}), RECV, chain="ETH")
    batch = frame_batch("json-capture", dict(replied.rows), replied.rejected, lambda _: b"")
    assert batch.quarantine.height == 1


@pytest.mark.parametrize(
    ("url", "text", "reason"),
    [
        (SUMMARIES_URL, "", "not JSON"),
        (SUMMARIES_URL, "[" * 100_000, "not JSON"),
        (SUMMARIES_URL, "[]", "expected a reply with a result"),
        (SUMMARIES_URL, json.dumps({"error": {"message": "too_many_requests"}}), "too_many_requests"),
        (SUMMARIES_URL, reply({}), "to be a list"),
        (SUMMARIES_URL, reply([1]), "to be a list"),
        (INDEX_URL, reply([]), "list `data`"),
        (INDEX_URL.replace("resolution=60", "resolution=x"), reply({"data": []}), "resolution is 'x'"),
    ],
)
def test_a_reply_of_another_form_is_refused(url, text, reason):
    with pytest.raises(BadRecordError, match=reason):
        records_of(url, text, RECV, chain="ETH")
