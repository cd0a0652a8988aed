"""A request carried out: what is there, what is missing, and the missing side by side."""

import asyncio
import contextlib
import fcntl
import shutil
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.fetch.decide import Action, decide, has_changed
from pipeline.fetch.manifest import Manifest
from pipeline.fetch.one_file import Shelf
from pipeline.fetch.origin import Opened
from pipeline.fetch.outcome import Outcome, size_text
from pipeline.fetch.progress import Progress
from pipeline.fetch.remote import Remote
from pipeline.fetch.web import Web
from pipeline.fingerprint import sha256_of

_LOCK: Final = ".fetch.lock"
_FAILURES_IN_A_ROW: Final = 3
"""After so many files that failed with none between that came, the rest is not tried: the server is not there."""


@dataclass(frozen=True, slots=True)
class Todo:
    """A file and what there is to do about it."""

    remote: Remote
    action: Action

    @property
    def is_work(self) -> bool:
        return self.action in {"check", "fetch"}


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """No other fetch writes to the folder meanwhile. Raises FP016 if one does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            why = "another footprint fetch is writing to this folder"
            raise FootprintError("FP016", why, where=str(folder), hint="when it has ended, or another --to") from held
        yield


async def todos(web: Web, opened: Opened, folder: Path, manifest: Manifest, *, recheck: bool) -> list[Todo]:
    """What there is to do about every file of a request, each path once.

    recheck: files at hand are read again, and the archive asked whether it has replaced them where its listing does
    not say.
    """
    shelf = Shelf(folder, manifest, web, opened.get)
    found: dict[str, Todo] = {}
    for remote in opened.remotes:
        row = manifest.of(remote.path)
        action = decide(remote, row, shelf.place(remote).size(), web.now())
        if recheck and action == "have":
            action = await _rechecked(shelf, remote)
        found[remote.path] = Todo(remote, action)
    return list(found.values())


async def _rechecked(shelf: Shelf, remote: Remote) -> Action:
    row = shelf.manifest.of(remote.path)
    if row is None or sha256_of(shelf.place(remote).path) != row.sha256:
        return "fetch"
    if row.etag is None and row.last_modified is None:
        return "have"
    if remote.etag is None and (headers := await shelf.web.headers(remote.url)) is not None:
        seen = replace(remote, etag=headers.get("ETag"), last_modified=headers.get("Last-Modified"))
        return "fetch" if has_changed(seen, row) else "have"
    return "have"


def demand_room(work: Sequence[Todo], folder: Path) -> None:
    """Raises FP016 if the files that are to come are larger than the room on the disk, as far as sizes are known."""
    wanted = sum(todo.remote.bytes or 0 for todo in work if todo.action == "fetch")
    free = shutil.disk_usage(folder).free
    if wanted > free:
        why = f"{size_text(wanted)} are to be fetched, {size_text(free)} are free"
        raise FootprintError("FP016", why, where=str(folder), hint="fewer days or types, or --to on another disk")


async def fetch(
    web: Web,
    opened: Opened,
    folder: Path,
    manifest: Manifest,
    work: Sequence[Todo],
    *,
    side_by_side: int,
    told: Progress,
) -> list[Outcome]:
    """Do what there is to do; an outcome for every file, in the order of `work`.

    A file that fails does not stop the others, unless several fail in a row. Whatever was begun and not ended when
    this is cancelled or fails stays as a .part, and the next call goes on from there.
    """
    shelf = Shelf(folder, manifest, web, opened.get)
    run = _Run(shelf, told, deque(todo for todo in work if todo.is_work))
    missing = shelf.note_missing([todo.remote for todo in work if todo.action in {"absent", "pending"}])
    settled = {outcome.path: outcome for outcome in (*missing, *_at_hand(shelf, work))}
    told.begin(len(run.queue))
    try:
        await run.all(side_by_side)
    finally:
        told.finish()
    outcomes = settled | run.outcomes
    return [outcomes[todo.remote.path] for todo in work]


def _at_hand(shelf: Shelf, work: Sequence[Todo]) -> list[Outcome]:
    """The outcomes of files that are there and stay."""
    remotes = [todo.remote for todo in work if todo.action == "have"]
    return [Outcome(remote.path, remote.url, "have", shelf.place(remote).size() or 0) for remote in remotes]


class _Run:
    """Files that are being fetched."""

    def __init__(self, shelf: Shelf, told: Progress, queue: deque[Todo]) -> None:
        self.queue = queue
        self.outcomes: dict[str, Outcome] = {}
        self._shelf, self._told = shelf, told
        self._failed_in_a_row = 0

    async def all(self, side_by_side: int) -> None:
        workers = [asyncio.create_task(self._work()) for _ in range(min(side_by_side, len(self.queue)))]
        try:
            await asyncio.gather(*workers)
        finally:  # where one raised, or Ctrl-C came, the others end too, each with its .part closed
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self) -> None:
        while self.queue:
            todo = self.queue.popleft()
            if self._failed_in_a_row >= _FAILURES_IN_A_ROW:
                outcome = Outcome(todo.remote.path, todo.remote.url, "not tried")
            else:
                outcome = await self._one(todo)
            self.outcomes[todo.remote.path] = outcome
            self._told.ended(outcome)

    async def _one(self, todo: Todo) -> Outcome:
        began = time.monotonic()
        try:
            outcome = await self._shelf.bring(todo.remote, todo.action, self._told.started(todo.remote))
        except FootprintError as error:
            if error.fault.code != "FP021":
                raise
            self._failed_in_a_row += 1
            seconds = time.monotonic() - began
            return Outcome(todo.remote.path, todo.remote.url, "failed", 0, seconds, error.why, str(error))
        self._failed_in_a_row = 0
        return replace(outcome, seconds=time.monotonic() - began)
