"""The command that keeps schedules: serve."""

import sys
from pathlib import Path

from pipeline.commands.options import ConfigOption, LakeOption, setup


def serve(*, lake: LakeOption = None, config: ConfigOption = None) -> int:
    """Run the schedules of footprint.toml until Ctrl-C.

    `hourly` looks at today and yesterday, `daily` at every day; times are UTC. One run at a time. Runs are seen in
    the UI of the Prefect server that PREFECT_API_URL names, else of one that is started here on the loopback.
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
    settle_prefect()
    with prefect_api(sys.stderr) as url:
        import prefect

        from pipeline.flows import scheduled

        deployments = scheduled(chosen.config.schedule, config or Path(FILE), chosen.lake.root)
        for name, cron in chosen.config.schedule.crons.items():
            print(f"{name:<7} {cron}  (UTC)", file=sys.stderr)
        print(f"serving; UI {url.removesuffix('/api')}; Ctrl-C ends it", file=sys.stderr, flush=True)
        prefect.serve(*deployments, limit=1, print_starting_message=False)
    print("ended; the schedules are paused until the next `footprint serve`", file=sys.stderr)
    return 0
