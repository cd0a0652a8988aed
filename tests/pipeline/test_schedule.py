"""Cron text is checked where it is read."""

import pytest

from pipeline.config import load_config
from pipeline.schedule import Schedule, cron_fault

GOOD = ("5 * * * *", "20 0 * * *", "*/15 0-6 1,15 jan-MAR mon-fri", "0 0 31 12 sun", "1-59/2 * * * 0,6")


@pytest.mark.parametrize("cron", GOOD)
def test_good_crons(cron: str):
    assert cron_fault(cron) == ""


BAD = {
    "": "it has 0 fields, expected minute hour day month weekday, as 5 * * * *",
    "5 * * *": "it has 4 fields",
    "0 5 * * * *": "it has 6 fields",
    "@daily": "it has 1 fields",
    "60 * * * *": "'60' is no minute: expected 0 to 59",
    "5 24 * * *": "'24' is no hour: expected 0 to 23",
    "5 * 0 * *": "'0' is no day: expected 1 to 31",
    "5 * * 13 *": "'13' is no month: expected 1 to 12",
    "5 * * * 7": "'7' is no weekday: expected 0 to 6",
    "5 * * mon *": "'mon' is no month",
    "5 9-5 * * *": "'9-5' is no hour",
    "*/0 * * * *": "'*/0' is no minute",
    "5, * * * *": "'' is no minute",
    "R * * * *": "'R' is no minute",
}


@pytest.mark.parametrize("cron", BAD)
def test_bad_crons_are_told_by_field(cron: str):
    assert cron_fault(cron).startswith(BAD[cron])


def test_a_schedule_is_read_from_the_configuration(tmp_path):
    file = tmp_path / "footprint.toml"
    file.write_text('[schedule]\nhourly = "5 * * * *"\n')
    schedule = load_config(file).schedule
    assert schedule == Schedule(hourly="5 * * * *")
    assert schedule.crons == {"hourly": "5 * * * *"}
    assert load_config(None).schedule == Schedule()
    file.write_text('[schedule]\nrecord = "*/5 * * * *"\n')
    assert load_config(file).schedule.crons == {"record": "*/5 * * * *"}
