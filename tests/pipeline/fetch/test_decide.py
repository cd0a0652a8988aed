"""What there is to do about a file, case by case."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.fetch.decide import decide
from pipeline.fetch.manifest import Fetched
from pipeline.fetch.period import Period, closed_months, days, months
from pipeline.fetch.remote import Remote
from tests.pipeline.fetch.runs import NOW

LISTED = Remote("u", "p", "k", Period(date(2024, 6, 3)), True, 10, '"a"', "2024-06-04T05:00:00.000Z", "u.CHECKSUM")
UNLISTED = replace(LISTED, is_listed=False, bytes=None, etag=None, last_modified=None)
ASKED = Remote("u", "p", "k", Period(date(2024, 6, 3)))
OK = Fetched("u", "p", "ok", NOW.isoformat(), 10, '"a"', "Tue, 04 Jun 2024 05:00:00 GMT", "s", "s")


@pytest.mark.parametrize(
    ("remote", "row", "size", "action"),
    [
        (LISTED, None, None, "fetch"),
        (LISTED, OK, 10, "have"),
        (LISTED, OK, 9, "fetch"),
        (LISTED, OK, None, "fetch"),
        (replace(LISTED, etag='"b"'), OK, 10, "check"),
        (replace(LISTED, etag='W/"a"'), OK, 10, "have"),
        (replace(LISTED, etag='"b"', checksum_url=None), OK, 10, "fetch"),
        (replace(LISTED, etag=None), OK, 10, "have"),
        (replace(LISTED, etag=None, last_modified="2024-06-04T06:00:00Z"), OK, 10, "check"),
        (replace(LISTED, etag=None, last_modified=None, bytes=11), OK, 10, "check"),
        (LISTED, replace(OK, status="unverified"), 10, "check"),
        (replace(LISTED, checksum_url=None), replace(OK, status="unverified"), 10, "have"),
        (LISTED, replace(OK, status="mismatch"), None, "fetch"),
        (LISTED, replace(OK, status="absent", bytes=None), None, "fetch"),
        (LISTED, None, 10, "check"),  # brought by other means
        (LISTED, None, 9, "fetch"),
        (replace(LISTED, checksum_url=None), None, 10, "fetch"),
        (UNLISTED, None, None, "absent"),
        (UNLISTED, OK, 10, "have"),  # withdrawn upstream: what is here stays
        (replace(UNLISTED, period=Period(date(2024, 6, 18))), None, None, "pending"),
        (replace(UNLISTED, period=Period(date(2024, 5, 1), is_month=True)), None, None, "pending"),
        (ASKED, None, None, "fetch"),
        (replace(ASKED, period=Period(date(2024, 6, 20))), None, None, "pending"),  # today
        (ASKED, replace(OK, status="absent", bytes=None), None, "absent"),
        (ASKED, replace(OK, status="absent", fetched_at=(NOW - timedelta(days=1)).isoformat()), None, "fetch"),
        (ASKED, replace(OK, status="pending"), None, "fetch"),
    ],
)
def test_what_there_is_to_do(remote, row, size, action):
    assert decide(remote, row, size, NOW) == action


def test_periods_have_labels_and_edges():
    day, month = Period(date(2024, 2, 29)), Period(date(2024, 12, 1), is_month=True)
    assert (day.label, day.start_ms, day.last_ms) == ("2024-02-29", 1709164800000, 1709251199999)
    assert (month.label, month.end) == ("2024-12", datetime(2025, 1, 1, tzinfo=UTC))
    assert [period.label for period in days(date(2024, 2, 28), date(2024, 3, 1))] == [
        "2024-02-28",
        "2024-02-29",
        "2024-03-01",
    ]
    assert [period.label for period in months(date(2023, 12, 31), date(2024, 2, 1))] == [
        "2023-12",
        "2024-01",
        "2024-02",
    ]


def test_a_month_is_late_until_35_days_after_its_end():
    month = Period(date(2024, 5, 1), is_month=True)
    assert month.may_still_come(datetime(2024, 7, 5, 23, 59, tzinfo=UTC))
    assert not month.may_still_come(datetime(2024, 7, 6, tzinfo=UTC))


def test_an_open_month_is_its_days():
    labels = [period.label for period in closed_months(date(2024, 5, 15), date(2024, 6, 2), NOW)]
    assert labels == ["2024-05", "2024-06-01", "2024-06-02"]
