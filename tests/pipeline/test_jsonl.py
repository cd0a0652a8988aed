"""Lines that are only appended: what was cut short is set aside, whole lines stay."""

from pipeline import jsonl


def is_whole(line: str) -> bool:
    return line.endswith("}")


def test_lines_come_back_in_order_with_their_numbers(tmp_path):
    path = tmp_path / "a.jsonl"
    assert list(jsonl.numbered(path, is_whole)) == []
    jsonl.append(path, ["{1}", "{2}"], is_whole)
    jsonl.append(path, ["{3}"], is_whole)
    assert list(jsonl.numbered(path, is_whole)) == [(1, "{1}"), (2, "{2}"), (3, "{3}")]
    assert jsonl.cut_short(path, is_whole) == []


def test_a_torn_last_line_is_marked_by_the_next_writer(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("{1}\n{2")
    assert list(jsonl.numbered(path, is_whole)) == [(1, "{1}")]
    jsonl.append(path, ["{3}"], is_whole)
    assert path.read_text() == "{1}\n{2 (cut short)\n{3}\n"
    assert list(jsonl.numbered(path, is_whole)) == [(1, "{1}"), (3, "{3}")]
    assert jsonl.cut_short(path, is_whole) == [2]


def test_a_last_line_that_lacks_only_its_end_is_whole(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("{1}\n{2}")
    jsonl.append(path, ["{3}"], is_whole)
    assert list(jsonl.numbered(path, is_whole)) == [(1, "{1}"), (2, "{2}"), (3, "{3}")]
