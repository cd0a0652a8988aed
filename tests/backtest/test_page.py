"""A page says what it is given, and nothing it is given can become a tag, a script or a request."""

from html.parser import HTMLParser

import pytest

from backtest.page import Panel, definitions, page, rows_table, shown

_EVIL = "<script>alert('x')</script> & \"quotes\""


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br", "link", "img"):
            self.open.append(tag)
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if tag == "a" else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(text: str) -> _Tags:
    tags = _Tags()
    tags.feed(text)
    assert tags.open == []
    return tags


def test_words_of_data_stay_words():
    text = page(
        _EVIL, "lead", [Panel(_EVIL, rows_table([_EVIL], [[_EVIL]]), _EVIL, _EVIL, short=_EVIL)], {_EVIL: _EVIL}
    )
    assert "<script" not in text
    assert _read(text).text.count(_EVIL) == 10  # title twice, question, table twice, note, SQL, link, fact twice


def test_a_page_may_not_reach_a_network():
    text = page("t", "lead", [Panel("q", "<p>b</p>")], {})
    assert "default-src 'none'" in text
    assert "connect-src" not in text
    assert "http://" not in text
    assert "https://" not in text


def test_every_link_of_the_navigation_leads_to_its_panel():
    panels = [
        Panel("First?", "<p>1</p>", short="one"),
        Panel("Hidden?", "<p>2</p>"),
        Panel("Third?", "", short="three"),
    ]
    tags = _read(page("t", "lead", iter(panels), {}))
    assert tags.links == ["#panel-0", "#panel-2"]
    assert {link[1:] for link in tags.links} < set(tags.ids)


def test_without_names_there_is_no_navigation():
    assert "<nav>" not in page("t", "lead", [Panel("q", "b")], {})


def test_scripts_come_in_the_head_and_after_the_panels():
    text = page("t", "lead", [Panel("q", "b")], {}, head="<script>1</script>", foot="<script>2</script>")
    assert text.index("<script>1") < text.index("<section") < text.index("<script>2")


def test_numbers_stand_to_the_right_unless_a_word_is_among_them():
    table = rows_table(["n", "mixed", "none"], [[1, 2, None], [None, "x", None]])
    assert table.count('<td class="n">') == 2
    assert '<td class="n">-</td><td>x</td><td>-</td>' in table


def test_a_table_without_rows_has_its_head():
    assert "<th>a</th>" in rows_table(["a"], [])
    assert definitions({}) == "<dl></dl>"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (float("nan"), "-"),
        (True, "yes"),
        (1234567, "1,234,567"),
        (0.123456, "0.1235"),
        (-12_345.6, "-12,346"),
        (9_999.4, "9999"),
        ("", ""),
    ],
)
def test_values_are_shown_as_a_reader_wants_them(value: object, text: str):
    assert shown(value) == text
