"""What Hyperliquid's archives have in common: a day told by the path, and what it means that a coin is not there."""

import re
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.reading.file_days import ANY_DAY, FileDays, days_of
from pipeline.sources.reading.record_lines import RecordLines

_DAY: Final = re.compile(r"(20[0-9]{2})([0-9]{2})([0-9]{2})")


def path_days(path: Path) -> FileDays:
    """As the buckets lay them: `{YYYYMMDD}.csv.lz4`, `{YYYYMMDD}/{H}.lz4`, `{YYYYMMDD}/{H}/l2Book/{COIN}.lz4`."""
    stem, parents = path.name.split(".")[0], path.resolve().parts[:-1]
    places = [stem]
    if stem.isdigit():
        places += parents[-1:]
    if parents[-1:] == ("l2Book",):
        places += parents[-3:][:1]
    dates = (match.groups() for place in places if (match := _DAY.fullmatch(place)))
    return next((days for date in dates if (days := days_of("-".join(date)))), ANY_DAY)


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
