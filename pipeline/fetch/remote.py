"""A file that can be fetched, and what came of it."""

from dataclasses import dataclass

from pipeline.fetch.period import Period


@dataclass(frozen=True, slots=True)
class Remote:
    """A file as its archive's listing tells of it.

    `path` is where it goes, below the folder for raw files; `kind` its type of data. `bytes`, `etag` and
    `last_modified` are None where the listing does not say; `checksum_url` where no checksum is published. `is_listed`
    is False for a period wanted and not in the listing, None where there is no listing to ask.
    """

    url: str
    path: str
    kind: str
    period: Period
    is_listed: bool | None = None
    bytes: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    checksum_url: str | None = None


@dataclass(frozen=True, slots=True)
class Got:
    """What stands in a .part file that is complete."""

    bytes: int
    sha256: str
    etag: str | None = None
    last_modified: str | None = None
