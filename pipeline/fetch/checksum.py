"""The checksum that an archive publishes beside a file, and what a file must begin with."""

import re
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.fetch.web import Web

_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_BEGINNINGS: Final = {".zip": b"PK", ".gz": b"\x1f\x8b"}


async def published_sha256(web: Web, url: str | None) -> str | None:
    """The published sha256, lower case; None where there is none, it cannot be reached, or it is not one.

    The file is as `sha256sum` writes it, with one or two spaces and with or without a line end: field
    0 counts.
    """
    if url is None:
        return None
    try:
        reply = await web.reply(url)
    except FootprintError as error:
        if error.fault.code != "FP021":
            raise
        return None
    fields = reply.text.split() if reply is not None else []
    return fields[0].lower() if fields and _SHA256.fullmatch(fields[0]) else None


def content_fault(part: Path, name: str) -> str | None:
    """What is wrong with a file that does not begin as its name says: a page that says "come later", say."""
    wanted = _BEGINNINGS.get(Path(name).suffix)
    with part.open("rb") as file:
        begins = file.read(40)
    if wanted is None or begins.startswith(wanted):
        return None
    return f"expected a {Path(name).suffix[1:]} file, got {begins!r}" if begins else "the file is empty"
