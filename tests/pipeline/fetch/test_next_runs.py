"""The command that `footprint fetch` names next reads what was fetched, as it is printed."""

import shlex
from datetime import date
from pathlib import Path

import pytest

from pipeline.fetch.next_command import ingest_command, not_read
from pipeline.fetch.origin import ORIGINS
from pipeline.fetch.period import Period
from pipeline.fetch.remote import Remote
from pipeline.fetch.request import Request
from pipeline.market import Market
from pipeline.sources import SOURCES
from tests.archive import layouts, venues
from tests.archive.server import Archive
from tests.pipeline.command import Result, footprint
from tests.pipeline.sources.binance import payloads_vision as vision

_DAY = "2024-06-03"
_FIRST_MS = 1_717_372_800_000


def _fetched(archive: Archive, folder: Path, source: str, market: Market, types: str) -> Result:
    config = folder / "footprint.toml"
    config.write_text(
        f"[lake]\nroot = {str(folder / 'lake')!r}\n[fetch]\nrest_spacing_s = 0\nokx_archive_spacing_s = 0\n"
        f"binance_vision_listing = '{archive.base}{layouts.S3}'\n"
    )
    wanted = ("--venue", market.venue, "--symbol", market.symbol, "--types", types, "--since", _DAY, "--until", _DAY)
    listing = ("--listing-url", archive.base + layouts.S3) if source == "binance-vision" else ()
    where = ("--to", folder / "raw", "--config", config, "--base-url", archive.base, *listing)
    return footprint("fetch", source, *wanted, *where)


def _matches(word: str) -> list[Path]:
    return sorted(Path("/").glob(word.removeprefix("/"))) if "*" in word else []


def _run_next(result: Result) -> list[Result]:
    """What a shell would make of the line after `next: `."""
    (line,) = (line for line in result.err.splitlines() if line.startswith("next: "))
    ran = []
    for command in line.removeprefix("next: ").split(" && "):
        words = [found for word in shlex.split(command) for found in _matches(word) or [word]]
        assert words[0] == "footprint"
        ran.append(footprint(*words[1:]))
    return ran


@pytest.mark.parametrize(
    ("market", "types", "readers"),
    [
        (vision.USDM, "aggTrades,trades,metrics,fundingRate,bookDepth,bookTicker", 2),
        (vision.USDM, "trades", 1),
        (vision.USDM, "klines,markPriceKlines,premiumIndexKlines", 1),
        (vision.COINM, "indexPriceKlines,liquidationSnapshot", 1),
        (vision.SPOT, "klines,aggTrades", 1),
        (vision.BVOL, "BVOLIndex", 1),
        (vision.CHAIN, "EOHSummary", 1),
    ],
)
def test_files_of_binances_archive_are_read_by_the_next_command(archive, tmp_path, market, types, readers):
    layouts.put_payloads(archive, tmp_path / "payloads", market)
    result = _fetched(archive, tmp_path, "binance-vision", market, types)
    assert result.code == 0, result.err
    ran = _run_next(result)
    assert [one.code for one in ran] == [0] * readers, [one.err for one in ran]
    told = footprint("status", "--json", "--config", tmp_path / "footprint.toml")
    assert str(market).split("/")[1] in told.out


@pytest.mark.parametrize(
    ("source", "market", "types", "left_out"),
    [
        ("bybit", Market("bybit-linear", "BTCUSDT"), "funding,open_interest,instruments", []),
        ("okx", Market("okx-swap", "BTC-USDT-SWAP"), "funding,open_interest,instruments", []),
        ("hyperliquid", Market("hyperliquid", "BTC"), "funding,instruments", []),
        ("deribit", Market("deribit", "BTC-PERPETUAL"), "funding,instruments", []),
        ("deribit", Market("deribit-options", "BTC"), "dvol,instruments", ["instruments"]),
    ],
)
def test_replies_are_read_by_the_next_command_and_what_is_not_is_said(
    archive, tmp_path, source, market, types, left_out
):
    hours = [_FIRST_MS + venues.HOUR_MS * hour for hour in range(24)]
    serve = {
        "bybit": lambda: venues.serve_bybit(archive, hours[::8], hours),
        "okx": lambda: venues.serve_okx_rest(archive, hours[::8], hours),
        "hyperliquid": lambda: venues.serve_hyperliquid(archive, hours),
        "deribit": lambda: venues.serve_deribit(archive, hours, hours),
    }
    serve[source]()
    result = _fetched(archive, tmp_path, source, market, types)
    assert result.code == 0, result.err
    (ran,) = _run_next(result)
    assert ran.code == 0, ran.err
    assert [line.split()[1] for line in result.err.splitlines() if line.startswith("note: ")] == left_out


def test_every_type_that_is_fetched_has_its_reader_or_is_said_to_have_none():
    unread = {
        (name, venue, kind)
        for name, origin in ORIGINS.items()
        for venue, kinds in origin.types.items()
        for kind in kinds
        if origin.reader_of(kind, venue) is None
    }
    assert {place for place in unread if place[0] != "tardis"} == {("deribit", "deribit-options", "instruments")}
    assert all(venue not in SOURCES["tardis"].venues for name, venue, _ in unread if name == "tardis")
    assert ORIGINS["tardis"].reader_of("options_chain", "deribit-options") == "tardis-options"
    snapshots = {ORIGINS["tardis"].reader_of(f"book_snapshot_{levels}", "binance-usdm") for levels in (5, 25)}
    assert snapshots == {"tardis-snapshots"}


def test_single_trades_and_what_none_reads_are_kept_apart():
    day = Period(date(2024, 6, 3))
    remotes = [Remote("u", f"tardis/{kind}/a b.csv.gz", kind, day) for kind in ("options_chain", "trades")]
    request = Request("deribit-options", "BTC", ("options_chain", "trades"), day.first, day.first)
    command = ingest_command(ORIGINS["tardis"], Path("raw"), request, remotes, ("--config", "a b.toml"))
    assert command == (
        "footprint ingest tardis-options raw/tardis/options_chain/'a b.csv.gz' --venue deribit-options --symbol BTC"
        " --config 'a b.toml'"
    )
    assert not_read(ORIGINS["tardis"], request, remotes) == ["trades"]
    assert ingest_command(ORIGINS["tardis"], Path("raw"), request, remotes[1:]) == ""
