"""What is to be recorded: markets, feeds, how often, how long, where, and from which hosts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pipeline.config import Config
from pipeline.errors import FootprintError, unknown
from pipeline.market import Market
from pipeline.record.endpoint import FEEDS
from pipeline.record.endpoints import VENUES

SCHEDULED_S: Final = 290.0
SHORTEST_S: Final = 0.2
DEFAULT_EVERY_S: Final = 5.0
DEFAULT_TO: Final = "data/captures"
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNITS: Final = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """`feeds` empty: all a venue has. `every` is seconds by feed, "" for the others. `seconds` None: until stopped.

    `base_urls` by venue, "" for all: scheme, host and port that stand in for the venue's own.
    """

    markets: tuple[Market, ...]
    to: Path
    feeds: tuple[str, ...] = ()
    every: Mapping[str, float] = field(default_factory=dict)
    seconds: float | None = None
    is_streamed: bool = False
    base_urls: Mapping[str, str] = field(default_factory=dict)

    def period(self, feed: str) -> float:
        """Seconds between two polls of a feed, as asked for."""
        return self.every.get(feed, self.every.get("", DEFAULT_EVERY_S))

    def base_url(self, venue: str) -> str | None:
        return self.base_urls.get(venue, self.base_urls.get(""))


def check(request: RecordRequest) -> None:
    """FP009 for a request that means nothing: no market, an unknown feed, one no market has, a venue we cannot ask."""
    if not request.markets:
        raise FootprintError("FP009", "need a market", hint="add --market binance-usdm/BTCUSDT")
    for market in request.markets:
        if market.venue not in VENUES:
            raise unknown("venue that is recorded", market.venue, VENUES)
    for feed in (*request.feeds, *(one for one in request.every if one)):
        if feed not in FEEDS:
            raise unknown("feed", feed, FEEDS)
    for venue, url in request.base_urls.items():
        if venue and venue not in VENUES:
            raise unknown("venue that is recorded", venue, VENUES)
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise FootprintError("FP009", f"a base URL is written http://host:port, got {url!r}")
    for market in request.markets:
        if request.feeds and not set(request.feeds) & set(VENUES[market.venue].feeds):
            has = ", ".join(VENUES[market.venue].feeds)
            raise FootprintError("FP009", f"{market.venue} has none of these feeds; it has: {has}", where=str(market))


def configured(table: Mapping[str, Any], folder: Path) -> RecordRequest:
    """What [record] of footprint.toml asks for; its `to` is relative to the `folder` of that file. Raises FP010."""
    try:
        return _configured(table, folder)
    except FootprintError as wrong:
        raise FootprintError("FP010", wrong.why, where="[record] of footprint.toml", hint=wrong.hint) from wrong


def _configured(table: Mapping[str, Any], folder: Path) -> RecordRequest:
    every, hosts = table.get("every", []), table.get("base_url", {})
    to = Path(table.get("to", DEFAULT_TO))
    return RecordRequest(
        markets(table.get("markets", ())),
        to if to.is_absolute() else folder / to,
        feeds(table.get("feeds", ())),
        periods([every] if isinstance(every, str) else every),
        table.get("seconds"),
        table.get("stream", False),
        {"": hosts} if isinstance(hosts, str) else dict(hosts),
    )


def scheduled_request(config: Config) -> RecordRequest:
    """What a scheduled recording does; it has an end, so that the next can begin. FP010 if [record] names no market."""
    request = configured(config.record, config.folder)
    if not request.markets:
        why = "a scheduled recording needs [record] with markets"
        raise FootprintError("FP010", why, hint='markets = ["binance-usdm/BTCUSDT"] and seconds = 290 in [record]')
    request = replace(request, seconds=request.seconds or SCHEDULED_S)
    check(request)
    return request


def markets(texts: Iterable[str]) -> tuple[Market, ...]:
    """Of venue/symbol, each once; FP009 if it is written otherwise."""
    try:
        return tuple(dict.fromkeys(map(Market.parse, texts)))
    except ValueError as error:
        raise FootprintError("FP009", str(error)) from error


def feeds(texts: Iterable[str]) -> tuple[str, ...]:
    """Names of feeds, also several in one text with commas."""
    return tuple(dict.fromkeys(one.strip() for text in texts for one in text.split(",") if one.strip()))


def duration(text: str) -> float:
    """Seconds of 500ms, 5s, 10m, 1h, 1d; FP009 for anything else."""
    found = _DURATION.fullmatch(text.strip())
    if not found or float(found[1]) == 0:
        raise FootprintError("FP009", f"{text!r} is no duration: write 500ms, 5s, 10m, 1h or 1d")
    return float(found[1]) * _UNITS[found[2]]


def periods(texts: Iterable[str]) -> dict[str, float]:
    """By feed, seconds: of 5s for all, and book=1s for one. FP009 below what a venue would bear."""
    found: dict[str, float] = {}
    for text in texts:
        feed, equals, amount = text.rpartition("=")
        if equals and feed not in FEEDS:
            raise unknown("feed", feed, FEEDS)
        found[feed] = duration(amount)
        if found[feed] < SHORTEST_S:
            raise FootprintError("FP009", f"{text!r} is too often: {SHORTEST_S:g}s at least, or record with --stream")
    return found


def base_urls(texts: Sequence[str]) -> dict[str, str]:
    """By venue: of http://host:port for all, and venue=http://host:port for one."""
    found = {}
    for text in texts:
        venue, equals, url = text.partition("=")
        found[venue if equals else ""] = url if equals else text
    return found
