"""Minutes in which no option of a chain was quoted: between polls, or because nobody recorded."""

from datetime import datetime, timedelta
from typing import Final

import polars as pl

from pipeline.report.scope import Scope

NOT_QUOTED: Final = "not_quoted"
_MINUTE: Final = timedelta(minutes=1)


def unquoted(scope: Scope) -> list[tuple[datetime, datetime, str]]:
    """From, to and reason of the stretches of whole minutes without a quote, cut to the window, in order."""
    minutes = (
        scope.scan("option_quotes").select(pl.col("event_ts").dt.truncate("1m").unique().sort()).collect().to_series()
    )
    ends = [scope.since, *(minute + _MINUTE for minute in minutes)]
    begins = [*minutes, scope.until]
    return [(end, begin, NOT_QUOTED) for end, begin in zip(ends, begins, strict=True) if begin > end]


def unquoted_sql(scope: Scope) -> str:
    """A query of the catalogue for those between two quotes."""
    quoted = scope.sql("option_quotes", "distinct date_trunc('minute', event_ts) as minute", time="event_ts")
    lines = "\n".join(f"    {line}" for line in quoted.splitlines()[:-1])
    return "\n".join(
        [
            f"with minutes as (\n{lines}\n)",
            "select minute + interval 1 minute as from_ts, lead(minute) over (order by minute) as to_ts",
            "from minutes qualify to_ts > from_ts order by from_ts",
        ]
    )
