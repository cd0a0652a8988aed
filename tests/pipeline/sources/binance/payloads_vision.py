"""Small files as Binance's public archive lays them out, and the rows that must come of each."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.market import Market
from tests.pipeline.sources.case import Case

USDM = Market("binance-usdm", "BTCUSDT")
COINM = Market("binance-coinm", "BTCUSD_PERP")
SPOT = Market("binance-spot", "BTCUSDT")
BVOL = Market("binance-options", "BTCBVOLUSDT")
CHAIN = Market("binance-options", "BTCUSDT")
DAY = datetime(2024, 6, 3, tzinfo=UTC)
FOLDERS = {"binance-usdm": "futures/um", "binance-coinm": "futures/cm", "binance-spot": "spot"}

AGGREGATES = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
TRADES = "id,price,qty,quote_qty,time,is_buyer_maker"
TICKER = "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time"
DEPTH = "timestamp,percentage,depth,notional"
METRICS = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
    "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio"
)
FUNDING = "calc_time,funding_interval_hours,last_funding_rate"
KLINES = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"
)
LIQUIDATIONS = (
    "time,side,order_type,time_in_force,original_quantity,price,average_price,order_status,"
    "last_fill_quantity,accumulated_fill_quantity"
)
BVOL_INDEX = "calc_time,symbol,base_asset,quote_asset,index_value"
OPTIONS = (
    "date,hour,symbol,underlying,type,strike,open,high,low,close,volume_contracts,volume_usdt,best_bid_price,"
    "best_ask_price,best_bid_qty,best_ask_qty,best_buy_iv,best_sell_iv,mark_price,mark_iv,delta,gamma,vega,theta,"
    "openinterest_contracts,openinterest_usdt"
)


def ms(at: float = 0, day: datetime = DAY) -> int:
    """`at` seconds into the day, in milliseconds since 1970."""
    return int(1_000 * (day.timestamp() + at))


def text(at: float = 0, day: datetime = DAY) -> str:
    return f"{day + timedelta(seconds=at):%Y-%m-%d %H:%M:%S}"


def aggregate(number: int, at: float, price: str = "100.1", qty: str = "0.5", *, maker: str = "true") -> str:
    return f"{number},{price},{qty},{2 * number},{2 * number + 1},{ms(at)},{maker}"


TRADED = "12,1200.5,7,5,500.25"
UNTRADED = "0,0,12,0,0"
STATISTICS = "80000.5,8000050,1.5,1.2,1.1,0.9"


def kline(at: float, day: datetime = DAY, *, width: int = 60, traded: str = TRADED, unit: int = 1) -> str:
    """traded: volume, quote_volume, count, taker_buy_volume, taker_buy_quote_volume."""
    volume, quote, count, bought, bought_quote = traded.split(",")
    opened = ms(at, day) * unit
    last = opened + 1_000 * width * unit - 1
    return f"{opened},100.0,101.5,99.5,100.5,{volume},{last},{quote},{count},{bought},{bought_quote},0"


def depth(at: float, mid: float = 100.0, *, bands: Sequence[str] = ("-5", "-1", "1", "5")) -> list[str]:
    """A moment: ten a percent on each side, at the mean price halfway to the edge."""
    rows = []
    for band in bands:
        qty = 10 * abs(float(band))
        rows.append(f"{text(at)},{band},{qty:.3f},{qty * mid * (1 + float(band) / 200):.6f}")
    return rows


def metric(at: float, day: datetime = DAY, symbol: str = "BTCUSDT", values: str = STATISTICS) -> str:
    return f"{text(at, day)},{symbol},{values}"


def liquidation(at: float, side: str = "SELL", average: str = "99.5", filled: str = "3") -> str:
    return f"{ms(at)},{side},LIMIT,IOC,4,98.0,{average},FILLED,{filled},{filled}"


def option(hour: int, name: str = "BTC-240628-70000-C", quotes: str = "120.5,130,1.5,2,0.45,0.5,125,0.47") -> str:
    """quotes: best bid, best ask, their sizes, their volatilities, mark and its volatility; as of 2024-06-03."""
    expiry, strike, kind = name.split("-")[1:]
    traded = "100,140,90,128,10,1250"
    greeks = "0.5,0.0001,60.1,-30.2"
    return f"2024-06-03,{hour},{name},BTCUSDT,{kind},{expiry}-{strike},{traded},{quotes},{greeks},15,0E-8"


def archive_path(folder: Path, market: Market, kind: str, date: str = "2024-06-03", *, interval: str = "") -> Path:
    """Where the archive puts a file; its name in bars of index prices names the pair."""
    symbol = market.symbol.split("_")[0] if kind == "indexPriceKlines" else market.symbol
    freq = "daily" if date.count("-") == 2 else "monthly"
    place = folder / "data" / FOLDERS.get(market.venue, "option") / freq / kind / symbol / interval
    return place / f"{symbol}-{interval or kind}-{date}.zip"


def write_zip(path: Path, header: str, rows: Sequence[str]) -> Path:
    """A zip of one CSV of the same stem; no header if it is blank."""
    lines = [*([header] if header else []), *rows]
    return write_bytes(path, "".join(f"{line}\n" for line in lines).encode())


def write_bytes(path: Path, body: bytes) -> Path:
    """The body as the archive would wrap it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".zip":
        with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{path.stem}.csv", body)
        body = file.getvalue()
    path.write_bytes(body)
    return path


def _case(market: Market, kind: str, header: str, rows: Sequence[str], made: dict[str, int], **options: str) -> Case:
    def write(folder: Path) -> list[Path]:
        return [write_zip(archive_path(folder, market, kind, **options), header, rows)]

    return Case("binance-vision-trades" if kind == "trades" else "binance-vision", market, write, made)


_TAPE = [aggregate(7, 1), aggregate(8, 2, "100.2", maker="false"), aggregate(9, 2)]
_SPOT_TAPE = [f"{row},True".replace("true", "True").replace("false", "False") for row in _TAPE]
_SINGLE = [f"{number},100.1,0.5,50.05,{ms(number)},true" for number in (3, 4)]
_SPOT_SINGLE = [f"{row},True".replace("true", "True") for row in _SINGLE]
_QUOTES = [f"{number},100.0,2.5,100.1,1,{ms(number)},{ms(number) + 4}" for number in (11, 12)]
_BARS = [kline(0), kline(60)]
_UNTRADED = [kline(0, traded=UNTRADED), kline(60, traded=UNTRADED)]
_PREMIA = [line.replace("100.0,101.5,99.5,100.5", "-0.00012,0.00089,-0.0005,0.0001") for line in _UNTRADED]
_BANDS = [row for at in (8, 38) for row in depth(at)]
_RATES = [f"{ms(28_800 * count) + 3},8,0.00010000" for count in range(3)]
_FORCED = [liquidation(5)] * 2 + [liquidation(6, "BUY")] * 2
_INDEX = [f"{ms(at)},BTCBVOLUSDT,BTCBVOL,USDT,57.1234" for at in range(3)]
_CHAIN = [option(0), option(1), option(1, "BTC-240628-70000-P")]
_BAR = {"interval": "1m"}

CASES = [
    _case(USDM, "aggTrades", AGGREGATES, _TAPE, {"trades": 3}),
    _case(USDM, "aggTrades", "", _TAPE, {"trades": 3}),
    _case(COINM, "aggTrades", AGGREGATES, _TAPE, {"trades": 3}),
    _case(SPOT, "aggTrades", "", _SPOT_TAPE, {"trades": 3}),
    _case(USDM, "trades", TRADES, _SINGLE, {"trades": 2}),
    _case(COINM, "trades", TRADES.replace("quote", "base"), _SINGLE, {"trades": 2}),
    _case(SPOT, "trades", "", _SPOT_SINGLE, {"trades": 2}),
    _case(USDM, "bookTicker", TICKER, _QUOTES, {"book_ticker": 2}),
    _case(USDM, "bookDepth", DEPTH, _BANDS, {"depth_bands": 8}),
    _case(USDM, "metrics", METRICS, [metric(300), metric(600)], {"positioning": 2}),
    _case(USDM, "fundingRate", FUNDING, _RATES, {"funding": 3}, date="2024-06"),
    _case(USDM, "klines", KLINES, _BARS, {"price_bars": 2}, **_BAR),
    _case(USDM, "markPriceKlines", KLINES, _UNTRADED, {"price_bars": 2}, **_BAR),
    _case(COINM, "indexPriceKlines", KLINES, _UNTRADED, {"price_bars": 2}, **_BAR),
    _case(USDM, "premiumIndexKlines", KLINES, _PREMIA, {"price_bars": 2}, **_BAR),
    _case(SPOT, "klines", "", _BARS, {"price_bars": 2}, **_BAR),
    _case(COINM, "liquidationSnapshot", LIQUIDATIONS, _FORCED, {"liquidations": 2}),
    _case(BVOL, "BVOLIndex", BVOL_INDEX, _INDEX, {"vol_index": 3}),
    _case(CHAIN, "EOHSummary", OPTIONS, _CHAIN, {"option_quotes": 3}),
]  # fmt: skip
