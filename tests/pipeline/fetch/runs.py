"""A fetch against the loopback archive, with a clock that does not run and sleep that only counts."""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx

from pipeline.fetch.carry_out import Job, carry_out, look
from pipeline.fetch.manifest import Fetched, Manifest
from pipeline.fetch.origin import checked
from pipeline.fetch.outcome import Outcome
from pipeline.fetch.progress import Lines
from pipeline.fetch.request import Request
from pipeline.fetch.retry import Retries
from pipeline.fetch.settings import FetchSettings
from pipeline.fetch.web import Web
from tests.archive.layouts import S3
from tests.archive.server import Archive

NOW = datetime(2024, 6, 20, 12, tzinfo=UTC)
FIRST, LAST = date(2024, 6, 3), date(2024, 6, 5)


@dataclass
class Run:
    """One fetch: what came of it, and what it waited."""

    outcomes: Mapping[str, Outcome]
    slept: list[float]
    told: str

    @property
    def states(self) -> list[str]:
        return [outcome.state for outcome in self.outcomes.values()]


@dataclass
class Desk:
    """A user with a folder in front of an archive."""

    archive: Archive
    folder: Path
    source: str = "binance-vision"
    venue: str = "binance-usdm"
    symbol: str = "TESTUSDT"
    now: datetime = NOW
    timeout_s: float = 5.0
    base_path: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    def job(self, types: str, since: date, until: date, slept: list[float], **options: Any) -> Job:
        request = Request(self.venue, self.symbol, tuple(types.split(",")), since, until, options.pop("interval", None))
        base = self.archive.base + self.base_path
        settings = replace(FetchSettings(rest_spacing_s=0.0, okx_archive_spacing_s=0.0), **self.settings)
        settings = settings.based_at(self.source, base, base + S3)

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        def web(client: httpx.AsyncClient) -> Web:
            client.timeout = httpx.Timeout(self.timeout_s, pool=None)
            return Web(client, Retries(draw=lambda: 1.0), sleep, lambda: self.now)

        return Job(checked(self.source, request), settings, request, self.folder, web=web, **options)

    def fetch(self, types: str = "aggTrades", since: date = FIRST, until: date = LAST, **options: Any) -> Run:
        slept: list[float] = []
        told = io.StringIO()
        job = self.job(types, since, until, slept, **options)
        _, outcomes = asyncio.run(carry_out(job, lambda _: Lines(told)))
        return Run({outcome.path: outcome for outcome in outcomes}, slept, told.getvalue())

    def look(self, types: str = "aggTrades", since: date = FIRST, until: date = LAST, **options: Any) -> dict[str, str]:
        """By path, what there is to do."""
        todos = asyncio.run(look(self.job(types, since, until, [], **options)))
        return {todo.remote.path: todo.action for todo in todos}

    def row(self, path: str) -> Fetched:
        row = Manifest(self.folder).of(path)
        assert row is not None
        return row

    def held(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()

    def names(self) -> set[str]:
        """Names of the files below the folder, without the manifest and the lock."""
        found = {path.name for path in self.folder.rglob("*") if path.is_file()}
        return found - {"fetched.jsonl", ".fetch.lock"}
