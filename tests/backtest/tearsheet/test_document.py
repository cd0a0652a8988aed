"""The page and the JSON of a sheet: whole, in order, finite, and asking nobody."""

import json
import re
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pytest

from backtest.tearsheet.document import as_json, html
from backtest.tearsheet.sheet import SECTIONS, Tearsheet
from tests.backtest.tearsheet.markets import SIZE, case, ends, noise, sheet_of, walk


@cache
def sheet(kind) -> Tearsheet:
    mids = walk(1_500, 1)
    later = mids.backward(ends(mids) + 11_000_000, 10)
    value = {"noise": noise(1_500, 1), "unknown": np.full(1_500, np.nan), "leak": later, "size": noise(1_500, 1)}[kind]
    return sheet_of(case(mids, value, claim=SIZE) if kind == "size" else case(mids, value))


KINDS = pytest.mark.parametrize("kind", ["noise", "unknown", "leak", "size"])


class Tags(HTMLParser):
    """Refuses what is closed in another order than it was opened."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 - the name is the parser's
        if tag not in ("meta", "br", "path", "rect", "circle"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("path", "rect", "circle"):
            assert self.open.pop() == tag


@KINDS
def test_json_has_the_seventeen_keys_and_only_numbers_that_are(kind):
    facts = as_json(sheet(kind))
    assert tuple(facts) == SECTIONS
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts


@KINDS
def test_the_page_has_seventeen_questions_in_order_and_closes_its_tags(kind):
    text = html(sheet(kind))
    titles = re.findall(r"<h2>(\d+)\. [^<]*\?</h2>", text)
    assert titles == [str(number) for number in range(1, 18)]
    tags = Tags()
    tags.feed(text)
    assert tags.open == []


@KINDS
def test_the_page_asks_no_network_and_shows_no_nan(kind):
    text = html(sheet(kind))
    assert not re.search(r"""(src|href)=|url\(|@import""", text)
    assert re.findall(r"https?://\S+", text) == []
    assert not re.search(r">-?(nan|inf|None)\b|\b(NaN|nan|inf)\b", text)


def test_a_leak_is_said_at_the_top():
    top = html(sheet("leak")).split("<main>")[0]
    assert "looks like a leak" in top
    assert "looks like a leak" not in html(sheet("noise")).split("<main>")[0]


def test_the_verdict_and_the_caveat_come_last():
    text = html(sheet("noise"))
    last = text[text.index("16. What is the verdict?") :]
    assert "no evidence" in last
    assert "What this data cannot show" in last
    assert "no trading advice" in last


def test_text_from_outside_is_escaped():
    plain = sheet("noise")
    odd = Tearsheet("<script>", "a&b", plain.sections)
    assert "<script>" not in html(odd)
