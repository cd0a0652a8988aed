"""One file, brought to a .part that survives a cut, a kill and another try."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.fetch.remote import Got
from pipeline.fetch.retry import Broken
from pipeline.fetch.web import NOT_THERE, Web

if TYPE_CHECKING:
    import httpx

Tell = Callable[[int, int | None], None]
"""Told of the bytes that are there and of how many there will be, as far as known."""

_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """What of a file has come: its bytes, and beside them the validator (ETag, else Last-Modified) of the file they
    are from. Without a validator what has come is of no use: the file may be another by now."""

    path: Path

    @property
    def _validator_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}.etag")

    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def validator(self) -> str | None:
        return self._validator_path.read_text() if self._validator_path.exists() else None

    def begin(self, validator: str | None) -> None:
        """Empty, of the file that `validator` names."""
        self.discard()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if validator is not None:
            self._validator_path.write_text(validator)
        self.path.touch()

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self.forget_validator()

    def forget_validator(self) -> None:
        self._validator_path.unlink(missing_ok=True)


async def download(web: Web, url: str, part: Part, tell: Tell) -> Got | None:
    """Bring `url` into `part`, going on from what is there if the server has still the same file.

    None if there is no such file. Raises FP021 when no try gets further; what has come stays in the part.
    """
    furthest = failures = 0
    while True:
        try:
            return await _try(web, url, part, tell)
        except Broken as broken:
            failures = 1 if part.size() > furthest else failures + 1
            furthest = max(furthest, part.size())
            await web.pause(failures, broken, url)


async def _try(web: Web, url: str, part: Part, tell: Tell) -> Got | None:
    held, validator = part.size(), part.validator()
    is_resumed = held > 0 and validator is not None
    headers = {"Range": f"bytes={held}-", "If-Range": str(validator)} if is_resumed else {}
    async with web.stream(url, headers) as response:
        if response.status_code in NOT_THERE:
            return None
        if response.status_code == 416 and is_resumed:  # nothing is left to send, or the file is another
            part.discard()
            raise Broken("the server has no such rest of the file")
        web.accept(response)
        begin, total = _extent(response)
        if begin == 0:
            part.begin(_validator(response))
        elif begin != held:
            part.discard()
            raise Broken(f"asked for the file from byte {held}, got it from {begin}")
        sha256 = await _take(response, part, begin, total, tell)
    if total is not None and part.size() != total:
        raise Broken(f"the connection ended after {part.size():,} of {total:,} bytes")
    return Got(part.size(), sha256, response.headers.get("ETag"), response.headers.get("Last-Modified"))


async def _take(response: "httpx.Response", part: Part, begin: int, total: int | None, tell: Tell) -> str:
    """Append the body to the part; the sha256 of the whole."""
    digest = hashlib.sha256()
    with part.path.open("r+b") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
        done = begin
        tell(done, total)
        async for block in response.aiter_raw():
            file.write(block)
            file.flush()  # a kill loses nothing that came
            digest.update(block)
            done += len(block)
            tell(done, total)
    return digest.hexdigest()


def _extent(response: "httpx.Response") -> tuple[int, int | None]:
    """The first byte that the body holds, and the bytes of the whole file."""
    if response.status_code != 206:
        length = response.headers.get("Content-Length", "")
        return 0, int(length) if length.isdecimal() else None
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if found is None:
        raise Broken("the server sent a part without saying which")
    return int(found[1]), int(found[2]) if found[2].isdecimal() else None


def _validator(response: "httpx.Response") -> str | None:
    """What names this version of the file. A weak ETag names another one too, and is of no use for ranges."""
    etag = response.headers.get("ETag")
    return etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified")
