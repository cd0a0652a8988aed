"""What statistics, bars, rates and options of Binance's public archive become."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.lake import Lake
from tests.pipeline.lakes import rows
from tests.pipeline.sources.binance.payloads_vision import (
    BVOL,
    BVOL_INDEX,
    CHAIN,
    COINM,
    DAY,
    DEPTH,
    FUNDING,
    KLINES,
    LIQUIDATIONS,
    METRICS,
    OPTIONS,
    SPOT,
    UNTRADED,
    USDM,
    archive_path,
    depth,
    kline,
    liquidation,
    metric,
    ms,
    option,
    write_zip,
)
from tests.pipeline.sources.binance.vision_lakes import add, after, made

SEAM = datetime(2026, 6, 25, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_bands_of_depth(lake: Lake):
    """Ten bands before 2026-01-15, twelve after it, with other text, and both on the day itself."""
    few = ("-5", "-4", "-3", "-2", "-1", "1", "2", "3", "4", "5")
    many = ("-5.00", "-4.00", "-3.00", "-2.00", "-1.00", "-0.20", "0.20", "1.00", "2.00", "3.00", "4.00", "5.00")
    found = made(lake, "depth_bands", USDM, "bookDepth", DEPTH, [*depth(8, bands=few), *depth(38, bands=many)])
    counted = found.group_by("event_ts", maintain_order=True).agg(pl.len(), pl.col("n_bands").unique()).rows()
    assert counted == [(after(8), 10, [10]), (after(38), 12, [12])]
    near = found.filter(band_pct=0.2).select("cum_qty", "cum_quote", "known_ts").row(0)
    assert near == (2.0, pytest.approx(2 * 100.1), after(39.5))
    assert rows(lake, "book_updates").is_empty()
    assert not found["is_misaligned"].any()


def test_bands_of_coin_m_are_contracts_and_their_worth_in_coin(lake: Lake):
    """100 USD a contract, at about 50,000: were they USD-M's units, no mid would fit, and the rows say so."""
    lines = [
        f"2024-06-03 00:00:08,{band},{1_000 * abs(band)},{1_000 * abs(band) * 100 / (50_000 * (1 + band / 200)):.8f}"
        for band in (-5, -1, 1, 5)
    ]
    found = made(lake, "depth_bands", COINM, "bookDepth", DEPTH, lines)
    assert found["cum_quote"].to_list() == [500_000, 100_000, 100_000, 500_000]
    assert found["cum_qty"][3] == pytest.approx(500_000 / 51_250)
    assert not found["is_misaligned"].any()


def test_a_frozen_band_is_stale_from_an_hour_on(lake: Lake):
    """As the ask bands from 2026-09-03 on; nothing is said before the hour is over or a change was seen."""
    moments = [(30 * step, depth(30 * step, 100 + step / 100)) for step in range(125)]
    frozen = {"1": depth(0, 100)[2].split(",", 1)[1]}
    lines = [
        f"{line.split(',')[0]},{frozen[band]}" if (band := line.split(",")[1]) in frozen else line
        for _, moment in moments
        for line in moment
    ]
    found = made(lake, "depth_bands", USDM, "bookDepth", DEPTH, lines)
    flags = dict(found.group_by("band_pct").agg("is_stale").rows())
    assert flags[1.0] == [None] * 120 + [True] * 5
    assert flags[5.0] == [None] + [False] * 124


def test_bands_of_no_one_book_are_misaligned(lake: Lake):
    """As in spring 2025: some bands speak of a market far away. Depth that shrinks outward is no book's either."""
    apart = [*depth(8)[:2], *depth(8, mid=125.0)[2:]]
    shrinking = [line.replace(",50.000,5125", ",5.000,512") for line in depth(38)]
    found = made(lake, "depth_bands", USDM, "bookDepth", DEPTH, [*apart, *shrinking, *depth(68)])
    flags = found.group_by("event_ts", maintain_order=True).agg(pl.col("is_misaligned").unique()).rows()
    assert flags == [(after(8), [True]), (after(38), [True]), (after(68), [False])]


def test_metrics_before_the_seam_are_stamped_with_their_end(lake: Lake):
    day = datetime(2026, 6, 24, tzinfo=UTC)
    lines = [metric(300, day), metric(86_400, day)]
    found = made(lake, "positioning", USDM, "metrics", METRICS, lines, date="2026-06-24")
    assert found.select("period_start_ts", "event_ts", "known_ts", "label").rows() == [
        (after(0, day), after(300, day), after(360, day), "end"),
        (after(86_100, day), after(86_400, day), after(86_460, day), "end"),
    ]


def test_metrics_from_the_seam_on_are_stamped_with_their_start(lake: Lake):
    found = made(
        lake, "positioning", USDM, "metrics", METRICS, [metric(0, SEAM), metric(86_100, SEAM)], date="2026-06-25"
    )
    assert found.select("period_start_ts", "event_ts", "known_ts", "label").rows() == [
        (SEAM, after(300, SEAM), after(360, SEAM), "start"),
        (after(86_100, SEAM), after(86_400, SEAM), after(86_460, SEAM), "start"),
    ]


def test_the_label_that_stands_twice_at_the_seam_is_two_periods(lake: Lake, tmp_path: Path):
    before = SEAM - timedelta(days=1)
    last = write_zip(archive_path(tmp_path, USDM, "metrics", "2026-06-24"), METRICS, [metric(86_400, before)])
    first = write_zip(archive_path(tmp_path, USDM, "metrics", "2026-06-25"), METRICS, [metric(0, SEAM)])
    add(lake, last, first)
    assert rows(lake, "positioning")["event_ts"].to_list() == [SEAM, after(300, SEAM)]
    assert rows(lake, "quarantine").is_empty()


@pytest.mark.parametrize(("day", "first", "label"), [(DAY, 300, "end"), (SEAM, 0, "start")])
def test_a_file_of_metrics_without_its_name_goes_by_its_first_row(
    lake: Lake, tmp_path: Path, day: datetime, first: int, label: str
):
    add(lake, write_zip(tmp_path / "metrics.zip", METRICS, [metric(first, day), metric(first + 300, day)]))
    assert set(rows(lake, "positioning")["label"]) == {label}


def test_metrics_of_coin_m_are_stamped_with_their_start_and_worth_coin(lake: Lake):
    """Contracts of 100 USD, and what they are worth in coin."""
    line = metric(0, symbol="BTCUSD_PERP", values="6000,10.5,1,1,1,1")
    found = made(lake, "positioning", COINM, "metrics", METRICS, [line])
    assert found.select("label", "event_ts", "open_interest_qty", "open_interest_quote").row(0) == (
        "start",
        after(300),
        10.5,
        600_000.0,
    )


def test_blanks_of_metrics_are_null(lake: Lake):
    found = made(lake, "positioning", USDM, "metrics", METRICS, [metric(300, values="80000.5,,,1.2,,")])
    ratios = ("top_accounts_ratio", "top_positions_ratio", "accounts_ratio", "taker_ratio")
    assert found.select("open_interest_qty", "open_interest_quote", *ratios).row(0) == (
        80000.5,
        None,
        None,
        1.2,
        None,
        None,
    )


def test_sums_have_more_digits_than_a_double_keeps(lake: Lake):
    """As the files write them: sixteen decimals, or eight behind more than ten billion."""
    padded = "97623.9260000000000000,10367264567.7000000000000000,1.63000000,1.2,1.1,0.9"
    long = "97623.92600000,10570784000.07809979,1.63000000,1.2,1.1,0.9"
    lines = [metric(300, values=padded), metric(600, values=long)]
    found = made(lake, "positioning", USDM, "metrics", METRICS, lines)
    assert found.select("open_interest_qty", "open_interest_quote").rows() == [
        (97623.926, 10367264567.7),
        (97623.926, 10570784000.0781),
    ]


def test_a_busy_day_s_volume_is_a_bar(lake: Lake):
    line = kline(0, traded="1000000.12345678,14256789012.12345678,7,5.00000000,500.25000000")
    found = made(lake, "price_bars", SPOT, "klines", "", [line], interval="1m")
    assert found.select("volume_qty", "volume_quote").row(0) == (1000000.12345678, 14256789012.123457)


def test_settled_funding_keeps_its_jitter(lake: Lake):
    lines = [f"{ms(0) + 3},8,0.00010000", f"{ms(28_800)},4,-0.00025000"]
    found = made(lake, "funding", USDM, "fundingRate", FUNDING, lines, date="2024-06")
    assert found.select("event_ts", "next_ts", "known_ts", "kind", "rate", "interval_h").rows() == [
        (after(0.003), after(0), after(5.003), "settled", 0.0001, 8.0),
        (after(28_800), after(28_800), after(28_805), "settled", -0.00025, 4.0),
    ]


def test_a_bar_is_stamped_with_its_end(lake: Lake):
    found = made(lake, "price_bars", USDM, "klines", KLINES, [kline(60)], interval="1m")
    assert found.select("open_ts", "event_ts", "known_ts", "price_kind", "interval_s").row(0) == (
        after(60),
        after(120),
        after(180),
        "trade",
        60,
    )
    assert found.select("open", "high", "low", "close").row(0) == (100.0, 101.5, 99.5, 100.5)
    names = ("volume_qty", "volume_quote", "n_trades", "taker_buy_qty", "taker_buy_quote")
    assert found.select(names).row(0) == (12.0, 1200.5, 7, 5.0, 500.25)


def test_bars_of_spot_in_microseconds(lake: Lake):
    day = datetime(2025, 1, 1, tzinfo=UTC)
    found = made(
        lake, "price_bars", SPOT, "klines", "", [kline(0, day, width=1, unit=1_000)], interval="1s", date="2025-01-01"
    )
    assert found.select("open_ts", "event_ts", "interval_s").row(0) == (day, after(1, day), 1)


def test_bars_of_coin_m_have_their_volume_in_coin(lake: Lake):
    """The column quote_volume holds coin, volume contracts of 100 USD."""
    line = kline(0, traded="40,0.08,7,10,0.02")
    found = made(lake, "price_bars", COINM, "klines", KLINES, [line], interval="1m")
    names = ("volume_qty", "volume_quote", "taker_buy_qty", "taker_buy_quote")
    assert found.select(names).row(0) == (0.08, 4_000.0, 0.02, 1_000.0)


@pytest.mark.parametrize(
    ("kind", "price_kind"),
    [("markPriceKlines", "mark"), ("indexPriceKlines", "index"), ("premiumIndexKlines", "premium")],
)
def test_bars_without_trades_have_prices_only(lake: Lake, kind: str, price_kind: str):
    found = made(lake, "price_bars", USDM, kind, KLINES, [kline(0, traded=UNTRADED)], interval="1m")
    assert found["price_kind"].to_list() == [price_kind]
    names = ("volume_qty", "volume_quote", "n_trades", "taker_buy_qty", "taker_buy_quote")
    assert found.select(names).null_count().row(0) == (1,) * 5


def test_a_premium_may_be_negative_and_a_price_may_not(lake: Lake, tmp_path: Path):
    line = kline(0, traded=UNTRADED).replace("100.0,101.5,99.5,100.5", "-0.00012,0.00089,-0.0005,0")
    found = made(lake, "price_bars", USDM, "premiumIndexKlines", KLINES, [line], interval="1m")
    assert found.select("open", "low", "close").row(0) == (-0.00012, -0.0005, 0.0)
    add(
        lake,
        write_zip(
            archive_path(tmp_path, USDM, "markPriceKlines", interval="1m"), KLINES, [kline(60, traded=UNTRADED), line]
        ),
    )
    assert rows(lake, "quarantine").select("line", "reason").rows() == [
        (3, "open is '-0.00012', expected a number > 0")
    ]


def test_a_missing_stretch_of_bars_is_left_missing(lake: Lake):
    """As mark prices of 2023-11-10, which lack 03:40 to 04:00."""
    lines = [kline(at, traded=UNTRADED, width=300) for at in (13_200 - 300, 14_400)]
    found = made(lake, "price_bars", USDM, "markPriceKlines", KLINES, lines, interval="5m")
    assert found["event_ts"].to_list() == [after(13_200), after(14_700)]


def test_liquidations_are_written_twice(lake: Lake):
    """Three copies of two, four of one that happened twice: n copies are half as many orders."""
    lines = [liquidation(5)] * 2 + [liquidation(6, "BUY")] * 4 + [liquidation(7, average="0", filled="0")] * 2
    found = made(lake, "liquidations", COINM, "liquidationSnapshot", LIQUIDATIONS, lines)
    assert found.select("event_ts", "order_side", "price", "price_kind", "qty_native").rows() == [
        (after(5), -1, 99.5, "average", 3.0),
        (after(6), 1, 99.5, "average", 3.0),
        (after(6), 1, 99.5, "average", 3.0),
        (after(7), -1, 98.0, "order", 4.0),
    ]
    assert rows(lake, "accounts").filter(table_name="liquidations").select("lines_kept", "lines_duplicate").row(0) == (
        4,
        4,
    )


def test_sizes_of_liquidations_become_coin(lake: Lake):
    """Three contracts of 100 USD at 60,000."""
    lines = [liquidation(5, average="60000.0")] * 2
    found = made(lake, "liquidations", COINM, "liquidationSnapshot", LIQUIDATIONS, lines)
    assert found.select("qty", "qty_native").row(0) == (0.005, 3.0)


def test_the_same_liquidations_from_two_files_are_the_same(lake: Lake, tmp_path: Path):
    lines = [liquidation(6, "BUY")] * 4
    add(lake, write_zip(archive_path(tmp_path, COINM, "liquidationSnapshot"), LIQUIDATIONS, lines), market=COINM)
    other = write_zip(
        tmp_path / "copy" / "BTCUSD_PERP-liquidationSnapshot-2024-06-03.zip", LIQUIDATIONS, [*lines, liquidation(9)]
    )
    add(lake, other, market=COINM)
    assert rows(lake, "liquidations").height == 3


def test_volatility_in_percent_becomes_a_fraction(lake: Lake):
    line = f"{ms(1)},BTCBVOLUSDT,BTCBVOL,USDT,35.7571"
    found = made(lake, "vol_index", BVOL, "BVOLIndex", BVOL_INDEX, [line])
    assert found.select("event_ts", "index_name", "interval_s", "close").row(0) == (
        after(1),
        "BTCBVOLUSDT",
        0,
        0.357571,
    )


def test_an_option_at_the_end_of_its_hour(lake: Lake):
    quotes = "120.5,0E-8,1.5,0E-8,,0.5,125,0.47"
    found = made(lake, "option_quotes", CHAIN, "EOHSummary", OPTIONS, [option(23, quotes=quotes)])
    assert found.select("event_ts", "known_ts", "instrument", "expiry_ts", "strike", "option_type", "px_ccy").row(
        0
    ) == (
        after(86_400),
        after(86_460),
        "BTC-240628-70000-C",
        datetime(2024, 6, 28, 8, tzinfo=UTC),
        70_000.0,
        "C",
        "USDT",
    )
    named = ("bid_px", "ask_px", "bid_qty", "ask_qty", "bid_iv", "ask_iv", "mark_px", "mark_iv", "last_px")
    assert found.select(named).row(0) == (120.5, None, 1.5, 0.0, None, 0.5, 125.0, 0.47, 128.0)
    assert found.select("delta", "theta", "open_interest_qty").row(0) == (0.5, -30.2, 15.0)
