"""Our fills and money against another engine, hftbacktest, which lives apart: `make crosscheck` installs it."""

import pytest

from benchmarks.hftbacktest_loop import is_here


@pytest.fixture(autouse=True, scope="session")
def _other_engine() -> None:
    if not is_here():
        pytest.skip("hftbacktest is not installed here, for it pins an older numpy: run `make crosscheck`")
