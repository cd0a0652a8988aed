"""Work done one item ahead."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def one_ahead(items: Iterator[Item]) -> Generator[Item]:
    """The same items; a thread makes the next while one is in use, and what went wrong there is raised here."""
    thread = ThreadPoolExecutor(1)
    try:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item
    finally:
        thread.shutdown(wait=False)  # abandoned items may end in that very thread, which cannot wait for itself
