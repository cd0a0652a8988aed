"""Reading a file ahead in a thread."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

from pipeline.sources.reading.lines import TextFile


def test_a_reading_may_be_given_up_in_the_thread_that_reads_ahead(tmp_path: Path, monkeypatch):
    """The garbage collector runs in whichever thread it happens to."""
    raised: list[RuntimeError] = []

    def ends_its_reader(_self: TextFile) -> Iterator[memoryview]:
        yield memoryview(b"one\n")
        begun.wait()
        try:
            blocks.close()
        except RuntimeError as error:
            raised.append(error)
        ended.set()

    begun, ended = Event(), Event()
    monkeypatch.setattr(TextFile, "_read", ends_its_reader)
    blocks = TextFile(tmp_path / "none").blocks()
    assert bytes(next(blocks)) == b"one\n"
    begun.set()
    assert ended.wait(10)
    assert raised == []
