"""Replies of REST endpoints, each kept as it came: a line of JSON for every reply, as cryptofeed records them."""

import json
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from pipeline.errors import FootprintError
from pipeline.fetch.web import Check, Spacing, Web

_FORMAT: Final = 2


@dataclass(slots=True)
class Rest:
    """Asks one venue, and keeps the replies that it got. `exchange` names it in the lines; `check` looks into a reply
    for an error that came with status 200."""

    web: Web
    base: str
    exchange: str
    check: Check
    spacing: Spacing
    lines: list[str] = field(default_factory=list)

    async def get(self, path: str, **query: object) -> Any:
        """The reply to a GET, read. Arguments that are None are left out."""
        asked = urlencode({name: value for name, value in query.items() if value is not None})
        return await self._ask(f"{self.base}{path}?{asked}", None)

    async def post(self, path: str, body: dict[str, object]) -> Any:
        """The reply to a POST of JSON, read."""
        return await self._ask(f"{self.base}{path}", json.dumps(body))

    async def _ask(self, url: str, body: str | None) -> Any:
        await self.spacing.wait()
        reply = await self.web.reply(url, body=body, check=self.check)
        if reply is None:
            raise FootprintError("FP021", "expected an endpoint of the venue, got 404 Not Found", where=url)
        line = {"t": "http", "conn": f"{self.exchange}.http.rest", "ts": self.web.now().timestamp(), "url": url}
        line |= {} if body is None else {"body": body}
        self.lines.append(json.dumps(line | {"data": reply.text}, ensure_ascii=False))
        return read_json(reply)

    def text(self) -> str:
        """The file: a header, then a line for each reply."""
        header = {"t": "header", "format": _FORMAT, "exchange": self.exchange, "recorded": self.web.now().timestamp()}
        return "".join(f"{line}\n" for line in (json.dumps(header), *self.lines))


def read_json(reply: httpx.Response) -> Any:
    """The JSON of a reply. Raises FP021 for one that is none: a page of a proxy, say."""
    try:
        return reply.json()
    except ValueError as error:
        raise FootprintError("FP021", f"expected JSON, got {reply.text[:80]!r}", where=str(reply.url)) from error


def read_object(reply: httpx.Response) -> dict[str, Any]:
    """The JSON object of a reply. Raises FP021 for what is none."""
    answer = read_json(reply)
    if not isinstance(answer, dict):
        raise FootprintError("FP021", f"expected a JSON object, got {reply.text[:80]!r}", where=str(reply.url))
    return answer
