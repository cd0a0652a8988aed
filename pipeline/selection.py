"""Which rows of a table are wanted: of a market, in a stretch of market time, under a condition in SQL."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import FootprintError, unknown
from pipeline.market import Market
from pipeline.sources.batch import RECORD_TABLES
from pipeline.timerange import TimeRange, time_column
from pipeline.warehouse import quoted

if TYPE_CHECKING:
    import duckdb

_EXAMPLE: Final = "--where \"state = 'OK' and spread_bps < 1\""
_RECORDS: Final = {table.name for table in RECORD_TABLES}


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of a table; None = whichever."""

    venue: str | None = None
    symbol: str | None = None
    time: TimeRange = field(default_factory=TimeRange)
    where: str | None = None

    def check_market(self, markets: Iterable[Market]) -> None:
        """Raises FP009 with the nearest name if no market has the venue, or none of its markets the symbol."""
        listed = list(markets)
        venues = {market.venue for market in listed}
        if self.venue is not None and self.venue not in venues:
            raise unknown("venue of this lake", self.venue, venues)
        symbols = {market.symbol for market in listed if self.venue in (None, market.venue)}
        if self.symbol is not None and self.symbol not in symbols:
            raise unknown(f"symbol of {self.venue or 'this lake'}", self.symbol, symbols)

    def is_of(self, market: Market) -> bool:
        return self.venue in (None, market.venue) and self.symbol in (None, market.symbol)

    def may_lie_under(self, day: date | None, table: str, columns: Sequence[str]) -> bool:
        """Whether the part of the table that lies under a day can hold rows of the stretch of time."""
        return day is None or not _lies_under_its_day(table, columns) or self.time.touches(day)

    def of(self, connection: "duckdb.DuckDBPyConnection", table: str) -> "duckdb.DuckDBPyRelation":
        """The rows as a relation, in no order.

        Raises FP009 for an unknown market, FP012 for a condition that is none, FP017 for a table without time.
        """
        markets = connection.sql("select venue, symbol from instruments").fetchall()
        self.check_market(Market(*names) for names in markets)
        conditions = list(self._conditions(table, connection.sql(f"select * from {table} limit 0").columns))
        if self.where is not None:
            _check_condition(connection, table, self.where)
            conditions.append(f"(\n{self.where}\n)")
        return connection.sql(f"select * from {table}" + (" where " if conditions else "") + " and ".join(conditions))

    def _conditions(self, table: str, columns: Sequence[str]) -> Iterator[str]:
        for name, value in (("venue", self.venue), ("symbol", self.symbol)):
            if value is not None:
                yield f"{name} = {quoted(value)}"
        if self.time.is_open:
            return
        column = time_column(columns, table)
        for sign, edge in zip((">=", "<"), self.time.edges(column), strict=True):
            if edge is not None:
                yield f"{column} {sign} timestamptz {quoted(edge.isoformat())}"
        if "date" in columns and _lies_under_its_day(table, columns):  # then other days are not even opened
            for sign, day in zip((">=", "<="), self.time.days(), strict=True):
                if day is not None:
                    yield f"date {sign} date {quoted(day.isoformat())}"

    def described(self, table: str, columns: Sequence[str]) -> dict[str, str | None]:
        """For the provenance of what was selected."""
        return {
            "venue": self.venue,
            "symbol": self.symbol,
            "time_column": None if self.time.is_open else time_column(columns, table),
            "since": self.time.since.isoformat() if self.time.since else None,
            "until": self.time.until.isoformat() if self.time.until else None,
            "where": self.where,
        }


def _lies_under_its_day(table: str, columns: Sequence[str]) -> bool:
    """Whether a row lies under the day of its own market time, as bars and records do.

    Events of signals lie under the day on which they were known.
    """
    return "bar_end" in columns or table in _RECORDS


def _check_condition(connection: "duckdb.DuckDBPyConnection", table: str, where: str) -> None:
    """FP012 unless `where` is one expression over the table's own columns that is true or false.

    DuckDB's parser reads it bare and in brackets: what passes both is one expression with nothing around it.
    """
    import duckdb

    for form in (where, f"(\n{where}\n)"):
        query = f"select 1 where {form}"
        try:
            statements = connection.extract_statements(query)
        except duckdb.ParserException as wrong:
            raise _no_condition(f"{where!r}: {str(wrong).splitlines()[0]}") from wrong
        if len(statements) != 1:
            raise _no_condition(f"{len(statements)} statements")
        (tree,) = connection.execute("select json_serialize_sql(?::varchar)", [query]).fetchall()[0]
        if _has_query_inside(json.loads(tree)):
            raise _no_condition("one with a query inside")
    (kind,) = connection.sql(f"select (\n{where}\n) from {table}").types
    if str(kind) != "BOOLEAN":
        raise _no_condition(f"{where!r}, which is {kind}")


def _no_condition(came: str) -> FootprintError:
    return FootprintError("FP012", f"--where takes one condition on the table's own columns, got {came}", hint=_EXAMPLE)


def _has_query_inside(node: Any) -> bool:
    if isinstance(node, dict):
        return node.get("class") == "SUBQUERY" or any(map(_has_query_inside, node.values()))
    return isinstance(node, list) and any(map(_has_query_inside, node))
