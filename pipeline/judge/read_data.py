"""What a judgement is made from: the parts of tables that lie in the stretch of time, and a digest of them."""

from collections.abc import Sequence

from pipeline.fingerprint import fingerprint
from pipeline.lake import Lake, LiveFile
from pipeline.market import Market
from pipeline.plan import TABLES
from pipeline.selection import Selection


def parts_of(lake: Lake, table: str, market: Market, selection: Selection) -> list[LiveFile]:
    """Files of a table of one market that can hold rows of the stretch of time, in the order of their paths."""
    columns = TABLES[table].schema.names()
    return [file for file in lake.live(table, market) if selection.may_lie_under(file.day, table, columns)]


def data_digest(lake: Lake, tables: Sequence[str], markets: Sequence[Market], selection: Selection) -> str:
    """Of those files, which are named after what they were made from, and of the stretch of time.

    Trials with one digest were made on the same data, however the time was asked for.
    """
    parts = {
        f"{market} {table}": [file.path for file in parts_of(lake, table, market, selection)]
        for market in markets
        for table in tables
    }
    edges = [edge and edge.isoformat() for edge in (selection.time.since, selection.time.until)]
    return fingerprint(parts=parts, time=edges)
