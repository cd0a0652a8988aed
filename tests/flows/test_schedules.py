"""Schedules as Prefect keeps them: what footprint.toml says, and the deployments of prefect.yaml."""

import random
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.schedule import Schedule, cron_fault

ROOT = Path(__file__).parents[2]
YAML: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text())


def _keeps(cron: str) -> bool:
    from prefect.schedules import Cron

    try:
        Cron(cron)
    except ValueError:
        return False
    return True


def _crons(count: int, seed: int) -> Iterator[str]:
    """Five fields each, of numbers, ranges, lists, names and steps, sensible or not.

    Seeded draws, not hypothesis: Prefect's threads draw random numbers beside it, which it does not bear.
    """
    draw = random.Random(seed)
    number = lambda: str(draw.randint(0, draw.choice((4, 12, 99))))  # noqa: E731
    kinds = (lambda: "*", number, lambda: f"{number()}-{number()}", lambda: draw.choice(("mon", "FEB", "sat-sun")))
    step = lambda: draw.choice(("", "", f"/{number()}"))  # noqa: E731
    for _ in range(count):
        fields = [[draw.choice(kinds)() + step() for _ in range(draw.randint(1, 2))] for _ in range(5)]
        yield " ".join(map(",".join, fields))


def test_prefect_keeps_every_cron_that_we_accept():
    accepted = [cron for cron in _crons(20_000, 7) if not cron_fault(cron)]
    assert len(accepted) > 50
    assert [cron for cron in accepted if not _keeps(cron)] == []


def test_schedules_become_deployments_of_the_daily_flow(tmp_path: Path):
    from pipeline.flows import daily, scheduled

    both = Schedule(hourly="5 * * * *", daily="20 0 * * *")
    hourly, whole = scheduled(both, tmp_path / "footprint.toml", tmp_path / "lake")
    where = {"config": str(tmp_path / "footprint.toml"), "lake": str(tmp_path / "lake")}
    assert (hourly.name, hourly.parameters) == ("hourly", where | {"days": 2})
    assert (whole.name, whole.parameters) == ("daily", where | {"days": None})
    assert {one.entrypoint for one in (hourly, whole)} == {"pipeline.flows.daily"}
    assert {one.flow_name for one in (hourly, whole)} == {daily.name}
    crons = [(one.schedules[0].schedule.cron, one.schedules[0].schedule.timezone) for one in (hourly, whole)]
    assert crons == [("5 * * * *", "UTC"), ("20 0 * * *", "UTC")]
    assert scheduled(Schedule(), tmp_path, tmp_path) == []


def test_a_recording_is_scheduled_beside_the_work(tmp_path: Path):
    from pipeline.flows import record, scheduled

    (one,) = scheduled(Schedule(record="*/5 * * * *"), tmp_path / "footprint.toml", tmp_path / "lake")
    assert (one.name, one.flow_name, one.entrypoint) == ("record", record.name, "pipeline.flows.record")
    assert one.parameters == {"config": str(tmp_path / "footprint.toml")}
    assert one.schedules[0].schedule.cron == "*/5 * * * *"


def test_the_last_two_days_are_today_and_yesterday():
    from pipeline.flows import first_day

    assert first_day(2, date(2024, 3, 1)) == date(2024, 2, 29)
    assert first_day(1, date(2024, 3, 1)) == date(2024, 3, 1)
    assert first_day(None) is None


@pytest.mark.parametrize("deployment", YAML["deployments"], ids=lambda one: one["name"])
def test_deployments_of_prefect_yaml_can_be_loaded(deployment: dict[str, Any]):
    from prefect.flows import load_flow_from_entrypoint

    flow = load_flow_from_entrypoint(deployment["entrypoint"])
    assert flow.validate_parameters(deployment["parameters"]).keys() >= deployment["parameters"].keys()
    for schedule in deployment.get("schedules", ()):
        assert (cron_fault(schedule["cron"]), schedule["timezone"]) == ("", "UTC")
    assert deployment["work_pool"]["name"]


def test_prefect_yaml_has_every_flow_and_names_no_place():
    from pipeline.flows import FLOWS

    assert {one["entrypoint"].rsplit(".")[-1] for one in YAML["deployments"]} == set(FLOWS)
    assert not re.search(r"[\s\"'](/|~|[A-Z]:)", (ROOT / "prefect.yaml").read_text())
