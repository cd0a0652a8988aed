"""The command that keeps schedules: serve."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.options import ConfigOption, LakeOption, setup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prefect.deployments.runner import RunnerDeployment


def serve(*, lake: LakeOption = None, config: ConfigOption = None) -> int:
    """Run the schedules of footprint.toml until Ctrl-C.

    `hourly` looks at today and yesterday, `daily` at every day; times are UTC. One run at a time, and beside it
    `record`, which records what [record] names. Runs are seen in the UI of the Prefect server that PREFECT_API_URL
    names, else of one that is started here on the loopback.
    """
    from pipeline.config import FILE
    from pipeline.errors import FootprintError
    from pipeline.prefect_api import prefect_api, settle_prefect

    chosen = setup(lake, config)
    if not chosen.config.schedule.crons:
        raise FootprintError(
            "FP010",
            "expected a schedule, found none",
            where=str(config or FILE),
            hint='write a section [schedule] with hourly = "5 * * * *", or daily = "20 0 * * *", or both',
        )
    if chosen.config.schedule.record:
        from pipeline.record.library import check_installed
        from pipeline.record.request import scheduled_request

        scheduled_request(chosen.config)
        check_installed()
    settle_prefect()
    with prefect_api(sys.stderr) as url:
        import prefect

        from pipeline.flows import scheduled

        deployments = scheduled(chosen.config.schedule, config or Path(FILE), chosen.lake.root)
        for name, cron in chosen.config.schedule.crons.items():
            print(f"{name:<7} {cron}  (UTC)", file=sys.stderr)
        print(f"serving; UI {url.removesuffix('/api')}; Ctrl-C ends it", file=sys.stderr, flush=True)
        recordings = [one for one in deployments if one.name == "record"]
        work = [one for one in deployments if one.name != "record"]
        if recordings and work:
            _serve_beside(work, recordings)
        else:
            prefect.serve(*deployments, limit=1, print_starting_message=False)
    print("ended; the schedules are paused until the next `footprint serve`", file=sys.stderr)
    return 0


def _serve_beside(work: "Sequence[RunnerDeployment]", recordings: "Sequence[RunnerDeployment]") -> None:
    """Two runners: a recording takes minutes, and the work of the hour is not to wait for it, nor it for the work."""
    import asyncio

    import prefect

    async def both() -> None:
        kept = (prefect.aserve(*group, limit=1, print_starting_message=False) for group in (work, recordings))
        await asyncio.gather(*kept)

    try:
        asyncio.run(both())
    except KeyboardInterrupt:
        return
