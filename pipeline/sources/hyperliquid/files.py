"""What Hyperliquid's archives have in common: a day told by the path, and what it means that a coin is not there."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import BadRecordError
from pipeline.sources.reading.record_lines import RecordLines

_SLACK_US: Final = 60_000_000
_DAY_US: Final = 86_400_000_000
_HOUR_US: Final = 3_600_000_000
_HOURS: Final = frozenset(str(hour) for hour in range(24)) | frozenset(f"{hour:02d}" for hour in range(10))
_DAY_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class FileDay:
    """The UTC day of which a file is, microseconds since 1970, and the hour of the day; None where its path does not
    say."""

    start: int | None
    hour: int | None = None

    @classmethod
    def of(cls, path: Path) -> "FileDay":
        """As the buckets lay them: `{YYYYMMDD}.csv.lz4`, `{YYYYMMDD}/{H}.lz4`, `{YYYYMMDD}/{H}/l2Book/{COIN}.lz4`."""
        name, parents = path.name.split(".")[0], path.resolve().parts[:-1]
        if _is_day(name):
            return cls(_start(name))
        if name.isdigit() and parents and _is_day(parents[-1]):
            return cls(_start(parents[-1]), _hour(name))
        if parents[-1:] == ("l2Book",) and _is_day(parents[-3:][0]):
            return cls(_start(parents[-3]), _hour(parents[-2]))
        return cls(None)

    @property
    def span(self) -> tuple[int, int] | None:
        """The stretch of which the file is, an hour or a day."""
        if self.start is None:
            return None
        begin = self.start + _HOUR_US * (self.hour or 0)
        return begin, begin + (_DAY_US if self.hour is None else _HOUR_US)

    def require(self, event: int) -> None:
        """Raise BadRecordError for an event of another day; a minute's slack is allowed."""
        if self.start is None or self.start - _SLACK_US <= event < self.start + _DAY_US + _SLACK_US:
            return
        at, day = (datetime.fromtimestamp(us // 1_000_000, UTC) for us in (event, self.start))
        raise BadRecordError(f"time {at:%Y-%m-%dT%H:%M:%SZ} is not of the file's day {day:%Y-%m-%d}")


def _is_day(name: str) -> bool:
    return len(name) == _DAY_DIGITS and name.isdigit() and _start(name) is not None


def _hour(name: str) -> int | None:
    return int(name) if name in _HOURS else None


def _start(name: str) -> int | None:
    try:
        day = datetime.strptime(name, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return (day - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def nothing_of(market: Market, lines: RecordLines, path: Path) -> FootprintError:
    """For a file in which nothing of the market could be taken: FP003 if all of it is about others, else FP002."""
    if lines.refused and not lines.foreign:
        return FootprintError(
            "FP002",
            f"none of its {lines.line:,} lines has a record of {market} that could be taken",
            where=str(path),
            hint="check the file; `footprint ingest --help` lists the sources and what they read",
        )
    found = ", ".join(sorted(lines.foreign)[:3])
    alike = [other for other in sorted(lines.foreign) if other.lower() == market.symbol.lower()]
    advice = "check --symbol (case matters), and leave out files of hours in which the coin did not trade"
    return FootprintError(
        "FP003",
        f"expected records of {market}, found none in {lines.line:,} lines" + (f", but of {found}" if found else ""),
        where=str(path),
        hint=f"--symbol {alike[0]} (case matters)" if alike else advice,
    )
