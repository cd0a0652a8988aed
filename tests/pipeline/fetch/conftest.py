"""An archive on the loopback interface for each test."""

from collections.abc import Iterator

import pytest

from tests.archive.layouts import serve_s3
from tests.archive.server import Archive, serving
from tests.pipeline.fetch.runs import Desk


@pytest.fixture
def archive() -> Iterator[Archive]:
    with serving(Archive()) as served:
        serve_s3(served)
        yield served


@pytest.fixture
def desk(archive: Archive, tmp_path) -> Desk:
    return Desk(archive, tmp_path / "raw")
