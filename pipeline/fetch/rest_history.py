"""REST history as files: one per venue, symbol, type and day or month, there when it is complete."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from pipeline.errors import FootprintError
from pipeline.fetch.download import Tell
from pipeline.fetch.period import Period, closed_months, days
from pipeline.fetch.remote import Got, Remote
from pipeline.fetch.request import Request, nothing_like
from pipeline.fetch.rest import Rest
from pipeline.fetch.rest_type import RestType
from pipeline.fetch.web import Check, Spacing, Web


@dataclass(frozen=True, slots=True)
class History:
    """The REST history of one source: what it is called, its types by venue, and how its replies are checked."""

    source: str
    exchange: str
    types: Mapping[str, Mapping[str, RestType]]
    check: Check

    def remotes(self, web: Web, base: str, request: Request) -> list[Remote]:
        """The files wanted; nobody lists them. What is not over yet stays pending, and is not asked for."""
        return [
            self._remote(base, request, kind, period)
            for kind in request.types
            for period in _periods(web, request, self.types[request.venue][kind])
        ]

    def _remote(self, base: str, request: Request, kind: str, period: Period) -> Remote:
        rest_type = self.types[request.venue][kind]
        if request.interval is not None and rest_type.intervals and request.interval not in rest_type.intervals:
            raise nothing_like(f"interval of {kind} of {self.source}", request.interval, rest_type.intervals)
        name = kind if not rest_type.intervals else f"{kind}-{rest_type.interval(request)}"
        symbol = request.symbol.replace("/", "-")  # of spot at Hyperliquid: PURR/USDC
        folder = f"{self.source}/{request.venue}/{symbol}/{name}"
        is_there = True if rest_type.per == "today" else None
        return Remote(base, f"{folder}/{symbol}-{name}-{period.label}.jsonl", kind, period, is_there)

    async def get(
        self, web: Web, base: str, spacing: Spacing, request: Request, remote: Remote, part: Path, tell: Tell
    ) -> Got | None:
        """Ask for all of a file's rows and write the replies to `part`; None if there is no row."""
        rest = Rest(web, base, self.exchange, self.check, spacing)
        try:
            rows = await self.types[request.venue][remote.kind].collect(rest, request, remote.period)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            why = f"the reply is not as documented: {error!r}"
            raise FootprintError("FP021", why, where=f"{base} ({remote.kind} of {request.symbol})") from error
        if rows == 0:
            return None
        body = rest.text().encode()
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(body)
        tell(len(body), len(body))
        return Got(len(body), hashlib.sha256(body).hexdigest())


def _periods(web: Web, request: Request, rest_type: RestType) -> list[Period]:
    now = web.now().astimezone(UTC)
    if rest_type.per == "today":
        return [Period(now.date())]
    if rest_type.per == "month":
        return closed_months(request.since, request.until, now)
    return days(request.since, request.until)
