"""One file from its archive to its place, checked on the way, and its row for the manifest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import FootprintError
from pipeline.fetch.checksum import content_fault, published_sha256
from pipeline.fetch.decide import ABSENT_IS_BELIEVED, Action, has_changed, missing
from pipeline.fetch.download import Tell
from pipeline.fetch.manifest import Fetched, Manifest, Status
from pipeline.fetch.origin import Get
from pipeline.fetch.outcome import Outcome, State
from pipeline.fetch.place import Place
from pipeline.fetch.remote import Got, Remote
from pipeline.fetch.web import Web
from pipeline.fingerprint import sha256_of


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of raw files with its manifest, and how files come to it."""

    folder: Path
    manifest: Manifest
    web: Web
    get: Get

    def place(self, remote: Remote) -> Place:
        return Place(self.folder / remote.path)

    async def bring(self, remote: Remote, action: Action, tell: Tell) -> Outcome:
        """Check the file at hand, or bring it. Raises FP021 if it does not come, OSError if it cannot be kept."""
        published = await published_sha256(self.web, remote.checksum_url) if action == "check" else None
        if action == "check" and (settled := self._settled_by(remote, published)) is not None:
            return settled
        got = await self.get(remote, self.place(remote).part, tell)
        if got is None:
            return self.note_missing([remote])[0]
        # Only now: a file may be replaced while it comes, its checksum with it.
        published = await published_sha256(self.web, remote.checksum_url)
        return self._take(remote, got, published)

    def _settled_by(self, remote: Remote, published: str | None) -> Outcome | None:
        """The file at hand as it is, if its checksum says so or nothing can be said of one that was unverified."""
        place, row = self.place(remote), self.manifest.of(remote.path)
        size = place.size() or 0
        if published is None:
            is_same = row is not None and row.status == "unverified" and not has_changed(remote, row)
            return self._outcome(remote, "have", size, "still unverified: no checksum") if is_same else None
        sha256 = sha256_of(place.path)
        if sha256 != published:
            return None
        got = Got(size, sha256)
        self.manifest.add([self._row(remote, "ok", got, published)])
        return self._outcome(remote, "have", size, "checksum verified")

    def _take(self, remote: Remote, got: Got, published: str | None) -> Outcome:
        place, row = self.place(remote), self.manifest.of(remote.path)
        fault = content_fault(place.part.path, remote.path)
        if published is not None and published != got.sha256:
            fault = f"the published sha256 is {published}, that of what came is {got.sha256}"
        if fault is not None:
            return self._refuse(remote, got, published, fault)
        before = sha256_of(place.path) if place.size() is not None else None
        aside = place.take(None if before == got.sha256 else before)
        is_unverified = remote.checksum_url is not None and published is None
        status: Status = "unverified" if is_unverified else "ok"
        self.manifest.add([self._row(remote, status, got, published)])
        notes = ["its checksum cannot be reached"] if is_unverified else []
        if aside is not None:
            was_good = row is not None and row.sha256 == before
            notes.append(
                f"{'replaced upstream' if was_good else 'another was here'}: what was here before is {aside.name}"
            )
        state: State = "unverified" if is_unverified else "fetched"
        return self._outcome(remote, state, got.bytes, "; ".join(notes))

    def _refuse(self, remote: Remote, got: Got, published: str | None, fault: str) -> Outcome:
        wrong = self.place(remote).refuse()
        self.manifest.add([self._row(remote, "mismatch", got, published)])
        error = FootprintError(
            "FP022",
            f"{fault}; what came is kept as {wrong.name}",
            where=remote.url,
            hint="the same command again: archives replace files, and a proxy may have answered instead",
        )
        return Outcome(remote.path, remote.url, "mismatch", got.bytes, note="not what was published", error=str(error))

    def note_missing(self, remotes: Sequence[Remote]) -> list[Outcome]:
        """The archive has no such files: not yet, or not at all. Written down where that is news, or a day old."""
        now, rows, outcomes = self.web.now(), [], []
        for remote in remotes:
            state, row = missing(remote, now), self.manifest.of(remote.path)
            if row is None or row.status != state or now - row.at >= ABSENT_IS_BELIEVED:
                rows.append(Fetched(remote.url, remote.path, state, now.isoformat(timespec="seconds")))
            outcomes.append(self._outcome(remote, state))
        self.manifest.add(rows)
        return outcomes

    def _row(self, remote: Remote, status: Status, got: Got, published: str | None) -> Fetched:
        return Fetched(
            url=remote.url,
            path=remote.path,
            status=status,
            fetched_at=self.web.now().isoformat(timespec="seconds"),
            bytes=got.bytes,
            etag=remote.etag or got.etag,
            last_modified=remote.last_modified or got.last_modified,
            sha256=got.sha256,
            sha256_published=published,
        )

    def _outcome(self, remote: Remote, state: State, count: int = 0, note: str = "") -> Outcome:
        return Outcome(remote.path, remote.url, state, count, note=note)
