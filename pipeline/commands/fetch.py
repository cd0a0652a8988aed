"""The command fetch: files of archives, a vendor and venues' REST history."""

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from pipeline.commands.options import ConfigOption, JsonOption

_SYMBOL = re.compile(r"[\w.:@-]+(/[\w.:@-]+)?")

if TYPE_CHECKING:
    from pipeline.fetch.carry_out import Job
    from pipeline.fetch.fetching import Todo
    from pipeline.fetch.outcome import Outcome
    from pipeline.fetch.progress import Progress
    from pipeline.fetch.request import Request
    from pipeline.fetch.settings import FetchSettings


def fetch(
    source: str,
    /,
    *,
    symbol: str,
    since: date,
    until: date | None = None,
    types: str = "",
    venue: str | None = None,
    interval: str | None = None,
    to: Path | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    recheck: Annotated[bool, Parameter(negative="")] = False,
    strict: Annotated[bool, Parameter(negative="")] = False,
    side_by_side: Annotated[int | None, Parameter(validator=Number(gte=1, lte=32))] = None,
    base_url: str | None = None,
    listing_url: str | None = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> int:
    """Download what is missing; files stay as they came, are checked, and are never fetched twice.

    Parameters
    ----------
    source
        Archives: binance-vision, bybit-archive, okx-archive; a vendor: tardis; REST history: bybit, okx, hyperliquid,
        deribit. What each has is answered when --types is left out, and stands in docs/fetching.md.
    symbol
        The venue's own symbol, as BTCUSDT or BTC-USDT-SWAP.
    since
        First UTC day, as 2024-06-01.
    until
        Last UTC day. Default: yesterday.
    types
        Types of data, with commas: aggTrades,metrics. An unknown one is answered with those there are.
    venue
        Venue and product, as binance-usdm. Default: the source's usual one.
    interval
        Of klines and samples, as the source writes it. Default: the usual one.
    to
        Folder for raw files. Default: that of footprint.toml, or data/raw.
    dry_run
        Say what would be fetched, and how many bytes, and fetch nothing.
    recheck
        Read the files at hand again, and ask whether they were replaced.
    strict
        A file that is pending or absent is an error.
    side_by_side
        Downloads at a time. Default: 4.
    base_url
        Another server with the same layout.
    listing_url
        Another server for the listing of binance-vision.
    """
    from pipeline.fetch.carry_out import Job, carry_out, look
    from pipeline.fetch.origin import checked
    from pipeline.fetch.progress import progress_for
    from pipeline.progress import waiting

    settings = _settings(config, source, base_url, listing_url, side_by_side)
    request = _request(source, venue, symbol, types, since, until, interval)
    job = Job(checked(source, request), settings, request, to or Path(settings.to), recheck)
    if dry_run:
        with waiting(sys.stderr, f"asking {source} what there is"):
            work = asyncio.run(look(job))
        _tell_missing(work, as_json)
        return 0

    with ExitStack() as listing:
        listing.enter_context(waiting(sys.stderr, f"asking {source} what there is"))

        def told(work: "Sequence[Todo]") -> "Progress":
            listing.close()
            print(_ahead(work), file=sys.stderr, flush=True)
            return progress_for(sys.stderr)

        work, outcomes = asyncio.run(carry_out(job, told))
    following = _following(job, work, outcomes, config)
    _tell(outcomes, job.folder, following, as_json)
    return _code(outcomes, strict)


def _settings(
    config: Path | None, source: str, base_url: str | None, listing_url: str | None, side_by_side: int | None
) -> "FetchSettings":
    from pipeline.config import load_config
    from pipeline.errors import FootprintError
    from pipeline.fetch.settings import is_address

    settings = load_config(config).fetch
    for name, address in (("--base-url", base_url), ("--listing-url", listing_url)):
        if address is not None and not is_address(address):
            raise FootprintError("FP009", f"{name} is {address!r}, expected an address as https://host")
    if listing_url is not None:
        settings = replace(settings, binance_vision_listing=listing_url.rstrip("/"))
    if base_url is not None:
        settings = settings.based_at(
            source, base_url.rstrip("/"), settings.binance_vision_listing if listing_url else None
        )
    return settings if side_by_side is None else replace(settings, side_by_side=side_by_side)


def _request(
    source: str, venue: str | None, symbol: str, types: str, since: date, until: date | None, interval: str | None
) -> "Request":
    """The request, its venue the source's usual one if none is named. Raises FP017, FP023."""
    from pipeline.fetch.origin import ORIGINS
    from pipeline.fetch.request import Request, nothing_like
    from pipeline.timerange import TimeRange

    if source not in ORIGINS:
        raise nothing_like("source to fetch from", source, ORIGINS)
    last = until or datetime.now(UTC).date() - timedelta(days=1)
    TimeRange.of(since, last)
    if not _SYMBOL.fullmatch(symbol) or ".." in symbol:
        raise nothing_like("symbol", symbol, (), hint="as the venue writes it: BTCUSDT, BTC-USDT-SWAP, BTC-PERPETUAL")
    named = tuple(dict.fromkeys(kind.strip() for kind in types.split(",") if kind.strip()))
    return Request(venue or next(iter(ORIGINS[source].types)), symbol, named, since, last, interval)


def _ahead(work: "Sequence[Todo]") -> str:
    """What is there and what is missing, in a line."""
    from pipeline.fetch.outcome import size_text

    count = {action: sum(todo.action == action for todo in work) for action in ("have", "check", "pending", "absent")}
    missing = [todo.remote for todo in work if todo.action == "fetch"]
    known = sum(remote.bytes or 0 for remote in missing)
    unknown = sum(remote.bytes is None for remote in missing)
    size = size_text(known) if known or not unknown else "size unknown"
    size += f" and {unknown} of unknown size" if known and unknown else ""
    files = "1 file" if len(work) == 1 else f"{len(work)} files"
    told = f"{files}: {len(missing)} to fetch ({size}), {count['have']} at hand"
    return told + "".join(f", {number} {what}" for what, number in _more(count) if number)


def _more(count: dict[str, int]) -> list[tuple[str, int]]:
    return [("to check", count["check"]), ("pending", count["pending"]), ("absent", count["absent"])]


def _tell_missing(work: "Sequence[Todo]", as_json: bool) -> None:
    """What would be done: the files on stdout, the sum on stderr."""
    if as_json:
        files = [
            {"path": todo.remote.path, "url": todo.remote.url, "action": todo.action, "bytes": todo.remote.bytes}
            for todo in work
        ]
        print(json.dumps({"dry_run": True, "files": files}, indent=1))
    else:
        for todo in work:
            size = "" if todo.remote.bytes is None else f"{todo.remote.bytes:,}"
            print(f"{todo.action:<8} {size:>15}  {todo.remote.path}")
    print(f"{_ahead(work)}; nothing was fetched (--dry-run)", file=sys.stderr)


def _following(job: "Job", work: "Sequence[Todo]", outcomes: "Sequence[Outcome]", config: Path | None) -> str:
    """The command that reads the files that are there now; what no source reads is said on stderr."""
    from pipeline.fetch.next_command import ingest_command, not_read

    there = {outcome.path for outcome in outcomes if outcome.state in {"fetched", "unverified", "have"}}
    remotes = [todo.remote for todo in work if todo.remote.path in there]
    if unread := not_read(job.origin, job.request, remotes):
        why = f"{', '.join(unread)} of {job.request.venue} is kept as it came: no source of `footprint ingest` reads it"
        print(f"note: {why} by itself", file=sys.stderr)
    options = () if config is None else ("--config", str(config))
    return ingest_command(job.origin, job.folder, job.request, remotes, options)


def _tell(outcomes: "Sequence[Outcome]", folder: Path, following: str, as_json: bool) -> None:
    """Errors again, the totals and the next command on stderr; the outcomes as JSON on stdout if asked for."""
    from pipeline.fetch.manifest import MANIFEST
    from pipeline.fetch.outcome import totals

    for outcome in outcomes:
        if outcome.error:
            print(f"\n{outcome.error}", file=sys.stderr)
    print(f"{totals(outcomes)}      details: {folder / MANIFEST}", file=sys.stderr)
    if following:
        print(f"next: {following}", file=sys.stderr)
    if as_json:
        body = {"dry_run": False, "files": [asdict(outcome) for outcome in outcomes], "next": following or None}
        print(json.dumps(body, indent=1))


def _code(outcomes: "Sequence[Outcome]", strict: bool) -> int:
    """1 if a file failed or is not what was published; with `strict` FP014 if one is not there."""
    from pipeline.errors import FootprintError

    if any(outcome.state in {"failed", "not tried", "mismatch"} for outcome in outcomes):
        return 1
    if missing := [outcome for outcome in outcomes if outcome.state in {"pending", "absent"}]:
        why = f"{len(missing)} of {len(outcomes)} files not there: {missing[0].path} is {missing[0].state}"
        if strict:
            raise FootprintError(
                "FP014", why, hint="without --strict this is no error; docs/fetching.md says what it means"
            )
        if len(missing) == len(outcomes):
            print(f"warning: {why}", file=sys.stderr)
    return 0
