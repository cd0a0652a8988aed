"""What there is to do about a file: nothing, a look at its checksum, a download, or to wait."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from pipeline.fetch.manifest import Fetched
from pipeline.fetch.remote import Remote

Action = Literal["have", "check", "fetch", "absent", "pending"]

ABSENT_IS_BELIEVED: Final = timedelta(days=1)


def decide(remote: Remote, row: Fetched | None, size: int | None, now: datetime) -> Action:
    """What to do, from what the listing says, what the manifest says, and the size of the file at hand (None: no file).

    check: the file at hand may be the one that is published, and its checksum says whether it is.
    """
    is_kept = row is not None and row.status in {"ok", "unverified"} and size is not None and size == row.bytes
    if row is not None and is_kept:
        if has_changed(remote, row):
            return "check" if remote.checksum_url else "fetch"
        return "check" if row.status == "unverified" and remote.checksum_url else "have"
    if remote.is_listed is False:
        return missing(remote, now)
    if remote.is_listed is None and not remote.period.is_over(now):
        return "pending"
    if remote.is_listed is None and row is not None and row.status == "absent" and now - row.at < ABSENT_IS_BELIEVED:
        return "absent"
    is_new_to_us = row is None and size is not None and size == remote.bytes
    return "check" if is_new_to_us and remote.checksum_url else "fetch"


def missing(remote: Remote, now: datetime) -> Literal["absent", "pending"]:
    """What it means that the archive has no such file."""
    return "pending" if remote.period.may_still_come(now) else "absent"


def has_changed(remote: Remote, row: Fetched) -> bool:
    """Whether the listing tells of another file than the one at hand."""
    if remote.etag is not None and row.etag is not None:
        return _opaque(remote.etag) != _opaque(row.etag)
    if remote.last_modified is not None and row.last_modified is not None:
        return _instant(remote.last_modified) != _instant(row.last_modified)
    return remote.bytes is not None and remote.bytes != row.bytes


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/").strip('"')


def _instant(text: str) -> object:
    """Of an ISO time as in a listing, or an HTTP date as in a reply; what is neither is compared as text."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text).replace(microsecond=0)
        except ValueError:
            continue
    return text
