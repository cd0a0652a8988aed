"""The kinds of CSV in Binance's public archive, told by their header, or by the fields of the first line.

Futures files have no header up to the middle of 2022 and one afterwards, spot files none: every file is looked at.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.sources.reading.csv_text import is_header

_KLINES: Final = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"
)
_METRICS: Final = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
    "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio"
)
_LIQUIDATIONS: Final = (
    "time,side,order_type,time_in_force,original_quantity,price,average_price,order_status,"
    "last_fill_quantity,accumulated_fill_quantity"
)
_OPTIONS: Final = (
    "date,hour,symbol,underlying,type,strike,open,high,low,close,volume_contracts,volume_usdt,best_bid_price,"
    "best_ask_price,best_bid_qty,best_ask_qty,best_buy_iv,best_sell_iv,mark_price,mark_iv,delta,gamma,vega,theta,"
    "openinterest_contracts,openinterest_usdt"
)


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file: its columns, and a pattern of its fields.

    In the pattern n is a number, b true or false, t other text, _ nothing. `wanted`: columns that a header must
    name; what else it names is passed over. `time`: the column that says in which unit the file's times are.
    """

    kind: str
    names: tuple[str, ...]
    fields: str
    time: str
    wanted: frozenset[str]

    @classmethod
    def of(cls, kind: str, names: str, fields: str, time: str, optional: Sequence[str] = ()) -> "Form":
        columns = tuple(names.split(","))
        return cls(kind, columns, fields, time, frozenset(columns) - set(optional))


_AGGREGATES: Final = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
_TRADES: Final = "id,price,qty,quote_qty,time,is_buyer_maker"
_TICKER: Final = "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time"
FORMS: Final = (
    Form.of("aggTrades", _AGGREGATES + ",is_best_match", "nnnnnnbb", "transact_time"),
    Form.of("aggTrades", _AGGREGATES, "nnnnnnb", "transact_time"),
    Form.of("trades", _TRADES + ",is_best_match", "nnnnnbb", "time", ["quote_qty"]),
    Form.of("trades", _TRADES, "nnnnnb", "time", ["quote_qty"]),  # COIN-M calls the fourth base_qty
    Form.of("bookTicker", _TICKER, "nnnnnnn", "transaction_time"),
    Form.of("klines", _KLINES, "n{11}[nt_]", "open_time", ["ignore"]),
    Form.of("bookDepth", "timestamp,percentage,depth,notional", "tnnn", "timestamp"),
    Form.of("metrics", _METRICS, "tt[n_t]{6}", "create_time"),
    Form.of("fundingRate", "calc_time,funding_interval_hours,last_funding_rate", "nnn", "calc_time"),
    Form.of("liquidationSnapshot", _LIQUIDATIONS, "nttt[n_]{3}t[n_]{2}", "time"),
    Form.of("BVOLIndex", "calc_time,symbol,base_asset,quote_asset,index_value", "ntttn", "calc_time"),
    Form.of("EOHSummary", _OPTIONS, "tnttt[nt_]{21}", "date"),
)
KINDS: Final = tuple(dict.fromkeys(form.kind for form in FORMS))
_NUMBER: Final = re.compile(r"-?[0-9.]+([eE][+-]?[0-9]+)?")
_SPOT_ONLY: Final = "is_best_match"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out: its kind, its columns in their order, and whether its first line names them."""

    kind: str
    names: tuple[str, ...]
    time: str
    has_header: bool

    @property
    def is_spot(self) -> bool | None:
        """Whether the form is spot's; None if all markets have it."""
        return _SPOT_ONLY in self.names if self.kind in ("aggTrades", "trades") else None


def layout_of(first: bytes) -> Layout | None:
    """The layout of the file that begins with this line; None if it is none of the archive's."""
    text = first.decode(errors="replace").lstrip("﻿").rstrip()
    fields = text.split(",")
    if is_header(first) and _is_names(fields):
        names = tuple(field.strip() for field in fields)
        fitting = [form for form in FORMS if form.wanted <= set(names) and len(set(names)) == len(names)]
        return Layout(fitting[0].kind, names, fitting[0].time, has_header=True) if fitting else None
    pattern = "".join(_sort(field) for field in fields)
    fitting = [form for form in FORMS if re.fullmatch(form.fields, pattern)]
    return Layout(fitting[0].kind, fitting[0].names, fitting[0].time, has_header=False) if fitting else None


def _is_names(fields: Iterable[str]) -> bool:
    return all(re.fullmatch(r"[A-Za-z_ ]+", field) for field in fields)


def _sort(field: str) -> str:
    if field.lower() in ("true", "false"):
        return "b"
    return "n" if _NUMBER.fullmatch(field) else "t" if field else "_"
