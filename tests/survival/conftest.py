"""A few minutes of the demo market around midnight, as the files of a recorder that starts a new one now and then."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.pipeline.demo_market import write_demo_market

PIECES = 4


@pytest.fixture(scope="session")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the files; their names are in the order of time."""
    whole = tmp_path_factory.mktemp("whole") / "demo.gz"
    write_demo_market(whole, start=datetime(2024, 1, 2, 23, 58, 30, tzinfo=UTC), minutes=3)
    lines = gzip.decompress(whole.read_bytes()).splitlines(keepends=True)
    folder = tmp_path_factory.mktemp("pieces")
    edges = [len(lines) * number // PIECES for number in range(PIECES + 1)]
    for number in range(PIECES):
        text = b"".join(lines[edges[number] : edges[number + 1]])
        (folder / f"usdm_{number}.gz").write_bytes(gzip.compress(text, 1, mtime=0))
    return folder
