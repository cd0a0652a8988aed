"""The work itself, as commands and flows share it: register raw files, bring tables up to date, publish.

Who does it is an argument: processes on this machine or tasks of Prefect. What is told is the same.
"""

import sys
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipeline.pool import OpenPool, process_pool

if TYPE_CHECKING:
    from pipeline.commands.options import Setup
    from pipeline.run import RunReport


@dataclass(frozen=True, slots=True)
class Driver:
    """Who does the work, and how much at once; None: by the size of the work."""

    pool: OpenPool = process_pool
    workers: int | None = None


def register_configured(chosen: "Setup", driver: Driver) -> None:
    """Register the raw files that footprint.toml names."""
    from pipeline.ingest import ingest_configured
    from pipeline.progress import reading

    with reading(sys.stderr) as told:
        for market, result in ingest_configured(
            chosen.lake, chosen.config, chosen.wanted, workers=driver.workers, pool=driver.pool, told=told
        ):
            print(f"{market}: {len(result.new)} files registered, {result.known} known already", file=sys.stderr)


def bring_up_to_date(
    chosen: "Setup",
    command: str,
    driver: Driver,
    *,
    signals: bool = True,
    since: date | None = None,
    until: date | None = None,
) -> "RunReport":
    """Do what the plan says, and tell what became of it on stderr and in `report_path`.

    Raises FP007 on an empty lake.
    """
    from pipeline.neighbours import unheard, unweighed
    from pipeline.plan import make_plan
    from pipeline.progress import progress_for, tell_totals, write_report
    from pipeline.registry import registered
    from pipeline.run import RunReport, run_plan
    from pipeline.warehouse import empty_lake

    if not chosen.lake.exists("manifest"):
        raise empty_lake(chosen.lake)
    if signals and chosen.wanted.groups:
        groups, weights = chosen.wanted.groups, chosen.wanted.params.get("inventory_total", {}).get("weights", {})
        heard = {file.market for file in registered(chosen.lake)}
        for sentence in (*unheard(groups, heard), *unweighed(groups, weights)):
            print(f"warning: {sentence}", file=sys.stderr)
    plan = make_plan(chosen.lake, chosen.wanted, signals=signals, since=since, until=until)
    report = RunReport(reused=plan.fresh)
    if plan.steps or plan.drops or plan.instruments:
        progress = progress_for(sys.stderr)
        report = run_plan(chosen.lake, plan, workers=driver.workers, pool=driver.pool, progress=progress)
    tell_totals(report, write_report(chosen.lake.root, command, report), sys.stderr)
    return report


def publish_if_stale(chosen: "Setup") -> dict[str, int]:
    """Write the catalogue unless it stands as it would be written, and say which; rows by table. Raises FP007 on an
    empty lake."""
    from pipeline.plan import TABLES
    from pipeline.version import package_version
    from pipeline.warehouse import CATALOGUE, is_current

    if not is_current(chosen.lake, package_version()):
        return publish(chosen)
    print(f"nothing to publish: {chosen.lake.root / CATALOGUE} is of these tables", file=sys.stderr)
    return {name: sum(file.rows for file in chosen.lake.live(name)) for name in TABLES}


def publish(chosen: "Setup") -> dict[str, int]:
    """Write the catalogue and say so; rows by table. Raises FP007 on an empty lake."""
    from pipeline.version import package_version
    from pipeline.warehouse import CATALOGUE
    from pipeline.warehouse import publish as write_catalogue

    rows = write_catalogue(chosen.lake, package_version())
    print(f"published {len(rows)} tables to {chosen.lake.root / CATALOGUE}", file=sys.stderr)
    return rows
