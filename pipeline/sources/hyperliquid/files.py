"""What Hyperliquid's archives have in common: a day told by the path, and what it means that a coin is not there."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.reading.file_days import ANY_DAY, FileDays, days_of
from pipeline.sources.reading.record_lines import RecordLines

_HOUR_US: Final = 3_600_000_000
_DAY: Final = re.compile(r"(20[0-9]{2})([0-9]{2})([0-9]{2})")
_HOUR: Final = re.compile(r"0?[0-9]|1[0-9]|2[0-3]")


@dataclass(frozen=True, slots=True)
class FileHours:
    """The UTC day of which a file is, and the hour of that day if it is of one alone."""

    days: FileDays
    hour: int | None = None

    @classmethod
    def of(cls, path: Path) -> "FileHours":
        """As the buckets lay them: `{YYYYMMDD}.csv.lz4`, `{YYYYMMDD}/{H}.lz4`, `{YYYYMMDD}/{H}/l2Book/{COIN}.lz4`."""
        name, parents = path.name.split(".")[0], path.resolve().parts[:-1]
        places = [(name, "")]
        if name.isdigit():
            places += [(folder, name) for folder in parents[-1:]]
        if parents[-1:] == ("l2Book",):
            places.append((parents[-3:][0], parents[-2:][0]))
        for day, hour in places:
            if (date := _DAY.fullmatch(day)) and (days := days_of("-".join(date.groups()))):
                return cls(days, int(hour) if _HOUR.fullmatch(hour) else None)
        return cls(ANY_DAY)

    @property
    def span(self) -> tuple[int, int] | None:
        """The stretch of which the file is, an hour or a day; None where its path does not say."""
        span = self.days.span
        if span is None or self.hour is None:
            return span
        begin = span[0] + _HOUR_US * self.hour
        return begin, begin + _HOUR_US


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
    advice = (
        "check --symbol (case matters); fills and trades of an hour in which the coin did not trade are taken where "
        "their folders tell the hour, as in the bucket, and other files are not"
    )
    return FootprintError(
        "FP003",
        f"expected records of {market}, found none in {lines.line:,} lines" + (f", but of {found}" if found else ""),
        where=str(path),
        hint=f"--symbol {alike[0]} (case matters)" if alike else advice,
    )
