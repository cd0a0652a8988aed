"""A request from its listing to its outcomes, as one call."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from pipeline.fetch.fetching import Todo, alone_in, demand_room, fetch, todos
from pipeline.fetch.manifest import Manifest
from pipeline.fetch.origin import Origin, client
from pipeline.fetch.outcome import Outcome
from pipeline.fetch.progress import Progress
from pipeline.fetch.request import Request
from pipeline.fetch.settings import FetchSettings
from pipeline.fetch.web import Web


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be fetched from where to where; `web` makes the Web around a client."""

    origin: Origin
    settings: FetchSettings
    request: Request
    folder: Path
    recheck: bool = False
    web: Callable[[httpx.AsyncClient], Web] = Web


async def look(job: Job) -> list[Todo]:
    """What there is to do; nothing is fetched and nothing written. Raises FP021, FP023."""
    async with client(job.settings) as connections:
        web = job.web(connections)
        opened = await job.origin.open(web, job.settings, job.request)
        return await todos(web, opened, job.folder, Manifest(job.folder), recheck=job.recheck)


async def carry_out(job: Job, told: Callable[[list[Todo]], Progress]) -> tuple[list[Todo], list[Outcome]]:
    """Do it; `told` is called with what there is to do, and is given the progress. Raises FP016, FP021, FP023."""
    with alone_in(job.folder):
        async with client(job.settings) as connections:
            web, manifest = job.web(connections), Manifest(job.folder)
            opened = await job.origin.open(web, job.settings, job.request)
            work = await todos(web, opened, job.folder, manifest, recheck=job.recheck)
            demand_room(work, job.folder)
            side_by_side, progress = job.settings.side_by_side, told(work)
            outcomes = await fetch(web, opened, job.folder, manifest, work, side_by_side=side_by_side, told=progress)
            return work, outcomes
