"""Listings of an S3 bucket (ListObjects, version 1), page by page."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from xml.etree import ElementTree

from pipeline.errors import FootprintError
from pipeline.fetch.web import Web

_KEYS_PER_PAGE: Final = 1_000
_SPACE: Final = "{http://s3.amazonaws.com/doc/2006-03-01/}"


@dataclass(frozen=True, slots=True)
class Key:
    """An object of the bucket."""

    name: str
    bytes: int
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class _Page:
    keys: list[Key]
    folders: list[str]
    following: str | None


async def keys_below(web: Web, base: str, prefix: str, *, after: str = "", last: str | None = None) -> list[Key]:
    """Keys that begin with `prefix`, in order, from the one after `after` to `last`."""
    found: list[Key] = []
    marker: str | None = after
    while marker is not None:
        page = await _page(web, base, prefix, marker)
        found += [key for key in page.keys if last is None or key.name <= last]
        is_past = last is not None and any(key.name > last for key in page.keys)
        marker = None if is_past else page.following
    return found


async def folders_below(web: Web, base: str, prefix: str) -> list[str]:
    """Names of the folders right below `prefix`."""
    found: list[str] = []
    marker: str | None = ""
    while marker is not None:
        page = await _page(web, base, prefix, marker)
        found += [folder.removeprefix(prefix).rstrip("/") for folder in page.folders]
        marker = page.following
    return found


async def _page(web: Web, base: str, prefix: str, marker: str) -> _Page:
    asked = urlencode({"delimiter": "/", "prefix": prefix, "marker": marker, "max-keys": _KEYS_PER_PAGE}, safe="/")
    url = f"{base}?{asked}"
    reply = await web.reply(url)
    if reply is None:
        raise FootprintError("FP021", "expected a listing of the archive, got 404 Not Found", where=url)
    try:
        page = _parse(reply.content)
    except (ElementTree.ParseError, ValueError) as error:
        raise FootprintError(
            "FP021", f"expected an S3 listing in XML, got {reply.text[:80]!r} ({error})", where=url
        ) from error
    if page.following is not None and page.following <= marker:
        raise FootprintError("FP021", f"the listing does not go on after {marker!r}", where=url)
    return page


def _parse(body: bytes) -> _Page:
    """Raises ParseError or ValueError for what is no listing. The bare <Prefix> only repeats what was asked."""
    root = ElementTree.fromstring(body)
    if root.tag.removeprefix(_SPACE) != "ListBucketResult":
        raise ValueError(f"<{root.tag}> is no <ListBucketResult>")
    keys = [
        Key(
            _text(item, "Key"),
            int(_text(item, "Size")),
            _text(item, "ETag") or None,
            _text(item, "LastModified") or None,
        )
        for item in root.iter(f"{_SPACE}Contents")
    ]
    folders = [_text(item, "Prefix") for item in root.iter(f"{_SPACE}CommonPrefixes")]
    if _text(root, "IsTruncated") != "true":
        return _Page(keys, folders, None)
    seen = [key.name for key in keys] + folders
    following = _text(root, "NextMarker") or (max(seen) if seen else "")
    return _Page(keys, folders, following)


def _text(item: ElementTree.Element, name: str) -> str:
    return item.findtext(f"{_SPACE}{name}", "").strip()
