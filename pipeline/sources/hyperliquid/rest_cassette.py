"""Recorded API replies in YAML, as the test library VCR.py writes them: requests with their bodies, replies as text.

A cassette says when a reply was sent, to the second and in a header, and not when it was received. The lines of a
request and its reply are counted together: with the first record of them, or beside.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import yaml

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, Batch, brief
from pipeline.sources.hyperliquid.files import nothing_of
from pipeline.sources.hyperliquid.replies import coin_asked, records_of
from pipeline.sources.reading.lines import blocks_of_lines
from pipeline.sources.reading.record_lines import Part, RecordLines, Refused

NAME: Final = "rest-cassette"
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_GOOD: Final = "200"
_DEEPEST: Final = 100
"""Many more levels than a cassette has, which are six and those of a body."""
_READERS: Final[dict[str, Callable[..., list[Part]]]] = {"hyperliquid": records_of}


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A request and its reply; `line` is where the reply's text begins, `lines` how many the two stand on."""

    url: str
    body: str
    status: str
    text: str
    sent: int | None
    line: int
    lines: int


def read(path: Path, market: Market) -> Iterator[Batch]:
    """Translate the replies at `path` about `market`. Raises FP002 for no cassette, FP003 for one about others."""
    text = [line for block in blocks_of_lines(path) for line in block]
    exchanges = _exchanges(path, text)
    lines = RecordLines(NAME)
    for one in exchanges:
        lines.line = one.line
        raw = text[one.line - 1]
        try:
            found = _READERS[market.venue](one.url, one.body, one.text, None, market, sent_us=one.sent)
        except BadRecordError as reason:
            lines.refuse(Refused("unknown", brief(str(reason))), raw, lines=one.lines)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as wrong:
            lines.refuse(Refused("unknown", brief(f"malformed reply: {wrong!r}")), raw, lines=one.lines)
        else:
            coin = None if found else coin_asked(one.body)
            if coin is not None and coin != market.symbol:
                lines.saw(coin)
            lines.take(found if one.status == _GOOD else [], None, raw, lines=one.lines)
    lines.line = len(text)
    lines.pass_by(len(text) - sum(one.lines for one in exchanges))
    yield lines.batch(text, 1)
    if not lines.good:
        raise nothing_of(market, lines, path)


def _exchanges(path: Path, text: list[bytes]) -> list[_Exchange]:
    whole = b"\n".join(text) + b"\n"
    try:
        if not _is_shallow(whole):
            raise _no_cassette(path, f"its values lie more than {_DEEPEST} deep in one another")
        document = yaml.compose(whole, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError) as broken:
        raise _no_cassette(path, brief(" ".join(str(broken).split()))) from broken
    recorded = _at(document, "interactions")
    if not isinstance(recorded, yaml.SequenceNode) or not recorded.value:
        raise _no_cassette(path, "it has no list of interactions")
    starts = [one.start_mark.line for one in recorded.value]
    ends = [*starts[1:], max(recorded.end_mark.line, starts[-1] + 1)]
    found = [_exchange(one, end - start) for one, start, end in zip(recorded.value, starts, ends, strict=True)]
    if None in found:
        raise _no_cassette(path, f"entry {found.index(None) + 1} lacks a request's uri or a reply's text")
    return [one for one in found if one is not None]


def _is_shallow(whole: bytes) -> bool:
    """Whether the library can compose it: it follows the depth on the stack of C, whose end is that of the process."""
    depth = 0
    for event in yaml.parse(whole, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return False
    return True


def _exchange(node: Any, lines: int) -> _Exchange | None:
    reply = _at(node, "response", "body", "string")
    url = _scalar(node, "request", "uri")
    if not isinstance(reply, yaml.ScalarNode) or not url:
        return None
    return _Exchange(
        url=url,
        body=_scalar(node, "request", "body") or "null",
        status=_scalar(node, "response", "status", "code") or _GOOD,
        text=reply.value,
        sent=_sent(node),
        line=reply.start_mark.line + 1,
        lines=lines,
    )


def _sent(node: Any) -> int | None:
    """The `date` of the reply's header, microseconds; a fraction of a second is cut from it."""
    header = _at(node, "response", "headers")
    names = [key.value for key, _ in header.value] if isinstance(header, yaml.MappingNode) else []
    name = next((name for name in names if isinstance(name, str) and name.lower() == "date"), "date")
    values = _at(header, name)
    first = values.value[0] if isinstance(values, yaml.SequenceNode) and values.value else values
    with suppress(ValueError, TypeError, AttributeError):
        at = parsedate_to_datetime(first.value)
        return (at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return None


def _at(node: Any, *names: str) -> Any:
    """The node below `node` by the keys of mappings; None if there is none."""
    for name in names:
        if not isinstance(node, yaml.MappingNode):
            return None
        node = next((value for key, value in node.value if key.value == name), None)
    return node


def _scalar(node: Any, *names: str) -> str | None:
    found = _at(node, *names)
    return found.value if isinstance(found, yaml.ScalarNode) else None


def _no_cassette(path: Path, why: str) -> FootprintError:
    return FootprintError(
        "FP002",
        f"expected a cassette of API replies in YAML (interactions of request and response): {why}",
        where=str(path),
        hint="is this the right source? `footprint ingest --help` lists them",
    )
