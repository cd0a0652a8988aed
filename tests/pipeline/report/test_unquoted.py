"""A chain has no recorded gaps: its minutes without a quote are told, by the page and by its query alike."""

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.plan import Wanted
from pipeline.report.document import document
from pipeline.report.scope import Scope, scope_of
from pipeline.report.unquoted import unquoted, unquoted_sql
from pipeline.sources import SOURCES
from pipeline.warehouse import open_catalogue, publish
from tests.lookahead.chain_lines import write_chain
from tests.pipeline.lakes import CHAIN, refresh

FIRST_MS = int(datetime(2024, 1, 3, 12, tzinfo=UTC).timestamp()) * 1_000


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> Scope:
    """Every option at 12:00:30, 12:01:30 and 12:05:30."""
    folder = tmp_path_factory.mktemp("polled")
    moments = [FIRST_MS + 60_000 * minute + 30_000 + k for minute in (0, 1, 5) for k in range(80)]
    lake, chain = Lake(folder / "lake"), write_chain(folder / "a.csv.gz", [(1_000_000 * at, at) for at in moments])
    ingest(lake, SOURCES["tardis-options"], [chain], CHAIN, Wanted(), workers=1)
    refresh(lake)
    publish(lake, "test")
    return scope_of(lake.root, venue=None, symbol=None, since=None, until=None)


def at(minute: int) -> datetime:
    return datetime(2024, 1, 3, 12, minute, tzinfo=UTC)


def test_whole_minutes_between_quotes(polled: Scope):
    assert unquoted(polled) == [(at(2), at(5), "not_quoted")]


def test_what_lies_before_the_first_quote_and_after_the_last_counts_too(polled: Scope):
    assert unquoted(replace(polled, since=at(3), until=at(9))) == [
        (at(3), at(5), "not_quoted"),
        (at(6), at(9), "not_quoted"),
    ]


def test_the_query_finds_the_same(polled: Scope):
    with open_catalogue(polled.root) as connection:
        found = connection.sql(unquoted_sql(polled)).pl()
    assert found.select(pl.all().dt.convert_time_zone("UTC")).rows() == [(at(2), at(5))]


def test_the_page_of_a_chain_claims_no_book_and_no_tape(polled: Scope):
    text = document(polled)
    missing = text[text.index("<h2>What is missing?") :]
    assert "option_quotes" in missing
    assert "not quoted" in missing
    assert "book_updates" not in missing
    assert "Gaps: option_quotes 1 (180.0 s; not_quoted)" in text
