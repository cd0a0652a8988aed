"""The Prefect driver: the work of the commands as flow runs, and their schedules.

Every step of the plan is a task run, and so is the reading of a raw file; a step that
fails makes the flow run fail with its own sentence. The lake alone says what is done:
a run that was killed is simply run again.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pipeline.prefect_api import settle_prefect

settle_prefect()

from prefect import Flow, State, flow, get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import FailedRun
from prefect.schedules import Cron
from prefect.states import Completed, Failed
from prefect.types.entrypoint import EntrypointType

from pipeline import work
from pipeline.commands.options import setup
from pipeline.config import load_config
from pipeline.progress import totals
from pipeline.record.recorder import as_json, check_heard
from pipeline.record.recorder import record as record_now
from pipeline.record.request import scheduled_request
from pipeline.run import RunReport
from pipeline.schedule import Schedule
from pipeline.tasks import task_pool, task_runner
from pipeline.work import Driver

_HOURLY_DAYS: Final = 2
"""The hourly run looks at today and yesterday: late files of the evening come after midnight."""


@flow(task_runner=task_runner())
def ingest(config: Path | None = None, lake: Path | None = None, workers: int | None = None) -> State[None]:
    """Register the raw files of footprint.toml and normalise them.

    In all flows `config` is footprint.toml, `lake` and `preset` go before the ones it names,
    `workers` is how many steps run at once (None: by the size of the work).
    """
    chosen, driver = setup(lake, config), Driver(task_pool, workers)
    work.register_configured(chosen, driver)
    return _ended(work.bring_up_to_date(chosen, "ingest", driver, signals=False))


@flow(task_runner=task_runner())
def compute(
    config: Path | None = None,
    lake: Path | None = None,
    days: int | None = None,
    since: date | None = None,
    until: date | None = None,
    preset: str | None = None,
    workers: int | None = None,
) -> State[None]:
    """Bring every signal up to date: of the last `days` UTC days, or of those from `since` to `until`."""
    report = work.bring_up_to_date(
        setup(lake, config, preset=preset),
        "compute",
        Driver(task_pool, workers),
        since=since or first_day(days),
        until=until,
    )
    return _ended(report)


@flow
def publish(config: Path | None = None, lake: Path | None = None) -> State[None]:
    """Write the SQL catalogue over the tables as they are now."""
    return _ended(None, work.publish(setup(lake, config)))


@flow(task_runner=task_runner())
def daily(
    config: Path | None = None,
    lake: Path | None = None,
    days: int | None = None,
    since: date | None = None,
    until: date | None = None,
    preset: str | None = None,
    workers: int | None = None,
) -> State[None]:
    """Ingest, compute, publish: what `footprint run` does.

    If a step fails, the rest is published and then the run fails.
    """
    chosen, driver = setup(lake, config, preset=preset), Driver(task_pool, workers)
    work.register_configured(chosen, driver)
    report = work.bring_up_to_date(chosen, "run", driver, since=since or first_day(days), until=until)
    return _ended(report, work.publish_if_stale(chosen))


@flow
def record(config: Path | None = None, seconds: float | None = None) -> State[None]:
    """Record what [record] of footprint.toml names for its `seconds`, or for these."""
    request = scheduled_request(load_config(config))
    log = get_run_logger()
    recorded, _ = record_now(replace(request, seconds=seconds or request.seconds), log.warning)
    create_table_artifact(as_json(recorded), key="footprint-recorded")
    check_heard(recorded)
    return Completed(message=f"recorded {len(recorded)} markets, {sum(one.stored for one in recorded):,} bytes")


FLOWS: Final[Mapping[str, Flow[..., State[None]]]] = {
    one.name: one for one in (ingest, compute, publish, daily, record)
}


def run_now(name: str, workers: int | None, **parameters: Any) -> int:
    """Run a flow in this process; 1 if a step failed, and whatever else went wrong is raised as it was."""
    chosen = FLOWS[name].with_options(task_runner=task_runner(workers))
    state: State[Any] = chosen(workers=workers, **parameters, return_state=True)
    try:
        state.result()
    except FailedRun:
        return 1
    return 0


def scheduled(schedule: Schedule, config: Path, lake: Path) -> list[RunnerDeployment]:
    """The deployments of footprint.toml's [schedule], in UTC."""
    here = {"config": str(config.absolute())}
    work_here = here | {"lake": str(lake.absolute())}
    flows: Mapping[str, tuple[Flow[..., State[None]], dict[str, Any]]] = {
        "hourly": (daily, work_here | {"days": _HOURLY_DAYS}),
        "daily": (daily, work_here | {"days": None}),
        "record": (record, here),
    }
    return [
        RunnerDeployment.from_flow(
            flows[name][0],
            name,
            schedule=Cron(cron, timezone="UTC"),
            parameters=flows[name][1],
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for name, cron in schedule.crons.items()
    ]


def first_day(days: int | None, today: date | None = None) -> date | None:
    """The first of the last `days` days in UTC, today being the last; None: no bound."""
    if days is None:
        return None
    return (today or datetime.now(UTC).date()) - timedelta(days=days - 1)


def _ended(report: RunReport | None, published: Mapping[str, int] | None = None) -> State[None]:
    """Leave the run's artifacts, and say how it ended."""
    create_markdown_artifact(summary(report, published), key="footprint-totals")
    if report is None:
        return Completed(message=f"published {len(published or {})} tables")
    create_table_artifact(step_rows(report), key="footprint-steps")
    if report.count("failed"):
        return Failed(message=failures(report))
    return Completed(message=totals(report))


def step_rows(report: RunReport) -> list[dict[str, Any]]:
    """What became of each step, as the rows of a table."""
    return [
        {
            "step": one.step,
            "state": one.state,
            "rows": one.rows,
            "coverage": ", ".join(f"{table} {mean:.3f}" for table, mean in one.coverage.items()),
            "seconds": round(one.seconds, 3),
            "error": one.error,
        }
        for one in report.outcomes
    ]


def failures(report: RunReport) -> str:
    """Which steps failed, each in its own words."""
    told = [f"{one.step}: {one.error}" for one in report.outcomes if one.state == "failed"]
    return "\n".join([f"{len(told)} of {len(report.outcomes)} steps failed", *told])


def summary(report: RunReport | None, published: Mapping[str, int] | None) -> str:
    """The run in a few lines of markdown."""
    lines: list[str] = []
    if report is not None:
        rows = sum(one.rows for one in report.outcomes)
        lines += [f"**{totals(report)}**, {rows:,} rows written in {report.seconds:.1f} s", ""]
        lines += ["```", failures(report), "```", ""] if report.count("failed") else []
    if published is not None:
        lines += ["| published table | rows |", "|---|---:|"]
        lines += [f"| {table} | {rows:,} |" for table, rows in published.items() if rows]
    return "\n".join(lines)
