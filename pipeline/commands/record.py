"""The command that records live data: record."""

import json
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipeline.commands.options import ConfigOption, JsonOption

if TYPE_CHECKING:
    from pipeline.record.recorder import Recorded
    from pipeline.record.request import RecordRequest


def record(
    *,
    venue: str | None = None,
    symbol: str | None = None,
    market: Annotated[list[str] | None, Parameter(negative="")] = None,
    every: Annotated[list[str] | None, Parameter(negative="")] = None,
    duration: Annotated[str | None, Parameter(name="--for")] = None,
    feeds: Annotated[list[str] | None, Parameter(negative="")] = None,
    to: Path | None = None,
    stream: Annotated[bool, Parameter(negative="")] = False,
    base_url: Annotated[list[str] | None, Parameter(negative="")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> int:
    """Record live books, trades, funding and open interest into capture files, one for each market and UTC hour.

    Replies and messages are kept as they came, with the time of their receipt. Ctrl-C ends it and loses nothing; a
    kill loses five seconds at most, and the same command goes on in the same file. Needs the extra `live`.

    Parameters
    ----------
    venue
        Venue and product, as binance-usdm, with --symbol.
    symbol
        The venue's own symbol, as BTCUSDT; on deribit-options a currency, as BTC.
    market
        VENUE/SYMBOL; again for more markets. Default: those of [record] in footprint.toml.
    every
        How often, as 5s; of one feed as book=1s; again for more. Default 5s. What changes seldom is asked less often.
    duration
        How long, as 10m or 1h. Default: until Ctrl-C.
    feeds
        book, trades, mark, funding, open_interest, options, volatility or instrument; again for more. Default: all.
    to
        Folder of the captures. Default data/captures.
    stream
        Websockets, with requests only for what they do not carry.
    base_url
        Another host, as http://127.0.0.1:8080, or of one venue as binance-usdm=http://127.0.0.1:8080.
    """
    from pipeline.progress import recording
    from pipeline.record.recorder import as_json as told
    from pipeline.record.recorder import check_heard
    from pipeline.record.recorder import record as record_now

    request = _request(venue, symbol, market, every, duration, feeds, to, stream, base_url, config)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # a service is stopped like that
    with recording(sys.stderr) as tell:
        recorded, is_interrupted = record_now(request, tell)
    if as_json:
        print(json.dumps(told(recorded), indent=1))
    else:
        _tell(recorded)
    if not is_interrupted:
        check_heard(recorded)
    return 130 if is_interrupted and request.seconds is not None else 0


def _request(
    venue: str | None,
    symbol: str | None,
    market: list[str] | None,
    every: list[str] | None,
    duration: str | None,
    feeds: list[str] | None,
    to: Path | None,
    stream: bool,
    base_url: list[str] | None,
    config: Path | None,
) -> "RecordRequest":
    """What the options ask for; what they leave open is that of footprint.toml."""
    from dataclasses import replace

    from pipeline.config import load_config
    from pipeline.errors import FootprintError
    from pipeline.record import request as ask

    if (venue is None) != (symbol is None):
        raise FootprintError("FP009", "--venue and --symbol go together", hint="or --market binance-usdm/BTCUSDT")
    named = [*([f"{venue}/{symbol}"] if venue else []), *(market or [])]
    loaded = load_config(config)
    found = ask.configured(loaded.record, loaded.folder)
    return replace(
        found,
        markets=ask.markets(named) or found.markets,
        to=to or found.to,
        feeds=ask.feeds(feeds or ()) or found.feeds,
        every={**found.every, **ask.periods(every or ())},
        seconds=ask.duration(duration) if duration else None,
        is_streamed=stream or found.is_streamed,
        base_urls={**found.base_urls, **ask.base_urls(base_url or ())},
    )


def _tell(recorded: "list[Recorded]") -> None:
    """The files to stdout; what is in them, and what is not, to stderr."""
    for one in recorded:
        counted = ", ".join(f"{count:,} {kind}" for kind, count in sorted(one.lines.items()))
        late = f"; {one.late:,} polls left out, the venue's limit or the network was slower" if one.late else ""
        print(f"{one.market}: {one.stored:,} bytes; {counted or 'nothing'}{late}", file=sys.stderr)
        for path in one.files:
            print(path)
    following = " && ".join(_ingest(one) for one in recorded if one.files)
    if following:
        print(f"next: {following}", file=sys.stderr)


def _ingest(one: "Recorded") -> str:
    """The command that reads all captures of a market, as a shell takes it."""
    files = f"{shlex.quote(str(one.files[0].parent))}/*.jsonl.zst"
    market = shlex.join(["--venue", one.market.venue, "--symbol", one.market.symbol])
    return f"footprint ingest json-capture {files} {market}"
