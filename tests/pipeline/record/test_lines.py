"""Lines of a capture: the texts as they came, times to the microsecond."""

import orjson

from pipeline.record import lines

NS = 1_786_310_817_601_629_123
TEXT = '{"px":0.10000000000000001,"q":"1.50","ü":[]}'


def test_a_reply_is_kept_as_it_came():
    reply = lines.Reply(NS, "https://host/info", TEXT, '{"type":"l2Book","coin":"BTC"}')
    line = lines.http("HYPERLIQUID.http.0", reply)
    assert orjson.loads(line) == {
        "t": "http",
        "conn": "HYPERLIQUID.http.0",
        "ts": 1786310817.601629,
        "url": "https://host/info",
        "body": '{"type":"l2Book","coin":"BTC"}',
        "data": TEXT,
    }
    assert b'"ts":1786310817.601629,' in line
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1


def test_a_request_without_a_body_has_none():
    assert "body" not in orjson.loads(lines.http("X.http.0", lines.Reply(NS, "u", "[]")))


def test_times_are_cut_to_microseconds_not_rounded_into_the_future():
    assert lines.seconds(999) == 0.0
    assert lines.seconds(1_700_000_000_999_999_999) == 1_700_000_000.999999


def test_a_line_break_inside_a_text_breaks_no_line():
    line = lines.recv("X.ws.1", NS, "a\nb")
    assert line.count(b"\n") == 1
    assert orjson.loads(line)["data"] == "a\nb"
