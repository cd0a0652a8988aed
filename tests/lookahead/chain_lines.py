"""A chain of options beside the market: quoted at the moments of the market's own messages, so damaged as they are."""

import gzip
from collections.abc import Sequence
from math import exp, log, sqrt
from pathlib import Path
from statistics import NormalDist

from tests.pipeline.sources.tardis.payloads_options import COLUMNS

STEP_MS = 20_000
EXPIRIES = {"5JAN24": 1_704_441_600_000, "12JAN24": 1_705_046_400_000, "26JAN24": 1_706_256_000_000}
EXPIRIES |= {"23FEB24": 1_708_675_200_000}
STRIKES = (36_000, 38_000, 40_000, 41_000, 42_000, 43_000, 44_000, 46_000, 50_000)
YEAR_MS = 365 * 86_400_000
TICK = 0.0001


def write_chain(path: Path, moments: Sequence[tuple[int, int]]) -> Path:
    """Quotes of every option each STEP_MS, one at each of the moments (received in nanoseconds, event in ms)."""
    lines, step, waiting = [",".join(COLUMNS)], -1, list[tuple[str, int, int, str]]()
    for received, event in moments:
        if event // STEP_MS > step:
            step = event // STEP_MS
            waiting = [(day, end, strike, kind) for day, end in EXPIRIES.items() for strike in STRIKES for kind in "CP"]
        if waiting:
            lines.append(_line(*waiting.pop(), event, received // 1_000))
    path.write_bytes(gzip.compress("\n".join([*lines, ""]).encode(), 1))
    return path


def _line(day: str, end: int, strike: int, kind: str, event: int, received_us: int) -> str:
    """Volatilities are stated of every other strike, and a put far from the money has no bid."""
    years = (end - event) / YEAR_MS
    forward = (42_000 + 50 * ((event // 7_000) % 11 - 5)) * exp(0.05 * years)
    away = log(strike / forward)
    volatility = 0.55 - 0.15 * away + 0.8 * away * away + 0.002 * ((event // 11_000) % 7)
    price = _black(forward, strike, volatility * sqrt(years), kind) / forward
    bid, ask = max(round(price / TICK) - 2, 0) * TICK, (round(price / TICK) + 2) * TICK
    is_stated = STRIKES.index(strike) % 2
    stated = [f"{100 * (volatility + shift):.2f}" if is_stated else "" for shift in (-0.01, 0.01, 0)]
    fields = {
        "exchange": "deribit",
        "symbol": f"BTC-{day}-{strike}-{kind}",
        "timestamp": 1_000 * event,
        "local_timestamp": received_us,
        "type": {"C": "call", "P": "put"}[kind],
        "strike_price": strike,
        "expiration": 1_000 * end,
        "open_interest": 10,
        "bid_price": f"{bid:.4f}" if bid > 0 and strike > min(STRIKES) else "",
        "bid_iv": stated[0] if bid > 0 and strike > min(STRIKES) else "",
        "ask_price": f"{ask:.4f}",
        "ask_iv": stated[1],
        "mark_price": f"{price:.6f}",
        "mark_iv": stated[2],
        "underlying_index": f"BTC-{day}",
        "underlying_price": f"{forward:.4f}",
    }
    return ",".join(str(fields.get(name, "")) for name in COLUMNS)


def _black(forward: float, strike: float, std: float, kind: str) -> float:
    normal, d1 = NormalDist(), log(forward / strike) / std + std / 2
    call = forward * normal.cdf(d1) - strike * normal.cdf(d1 - std)
    return call if kind == "C" else call - forward + strike
