"""What is to be backtested: which markets of a lake, on which terms, and what there is of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from backtest.trading.fees import BASE_TIERS, FeeSchedule
from backtest.trading.terms import Terms
from pipeline.errors import FootprintError, unknown
from pipeline.fingerprint import fingerprint
from pipeline.judge.read_data import data_digest, parts_of
from pipeline.lake import Lake, LiveFile
from pipeline.market import Market
from pipeline.registry import instruments
from pipeline.selection import Selection
from pipeline.warehouse import empty_lake

SIGNAL: Final = "reversion_signal"
LATENCIES_MS: Final = (10.0, 50.0, 200.0)
RISK_SHARE: Final = 0.0025
DEPTH_SHARE: Final = 0.1
DEPTH_BPS: Final = 10
IMPACT_FACTOR: Final = 1.0
REST_S: Final = 60.0

_JUDGED_ON: Final = ("book_state", "taker_flow", "trades", "funding", "maker_inventory")
"""What the trades are made from: not the rule's own rows, which differ with every configuration."""

Entry = Literal["taker", "passive"]


@dataclass(frozen=True, slots=True)
class Request:
    """Rows of which markets and time; capital at work in each market; fees of whom."""

    root: Path
    selection: Selection
    capital_quote: float
    entry: Entry
    fees: tuple[FeeSchedule, ...]
    tier: str | None
    seed: int


@dataclass(frozen=True, slots=True)
class Found:
    """Markets that can be judged, the parameters their rows were made with, and those left out with the reason."""

    markets: tuple[Market, ...]
    params: Mapping[str, Any]
    left_out: Mapping[Market, str]
    data: str


def find(request: Request) -> Found:
    """Raises FP007 for an empty lake, FP009 for an unknown market, FP014 if no market can be judged, FP011 if rows were
    made with different parameters."""
    lake = Lake(request.root)
    if not lake.exists("manifest"):
        raise empty_lake(lake)
    known = instruments(lake)
    request.selection.check_market(known)
    left_out, files = {}, []
    for market in sorted(market for market in known if request.selection.is_of(market)):
        parts = parts_of(lake, SIGNAL, market, request.selection)
        if why := _unfit(known[market].latest.kind, known[market].latest.is_inverse, sum(file.rows for file in parts)):
            left_out[market] = why
        else:
            files += parts
    markets = tuple(dict.fromkeys(file.market for file in files))
    if not markets:
        why = "; ".join(f"{market}: {reason}" for market, reason in left_out.items())
        hint = "`footprint compute` makes reversion_signal; another --symbol, --since or --until asks for other rows"
        raise FootprintError("FP014", f"nothing to backtest. {why}", where=str(request.root), hint=hint)
    return Found(markets, _params(lake, files), left_out, data_digest(lake, _JUDGED_ON, markets, request.selection))


def _unfit(kind: str, is_inverse: bool, rows: int) -> str:
    """Why a market cannot be judged; nothing if it can."""
    if kind not in ("perp", "future"):
        return f"a {kind} market: the rule trades perpetuals and futures"
    if not rows:
        return f"no rows of {SIGNAL} in this time"
    if is_inverse:
        return "an inverse contract: it pays in the coin, and profits are counted for linear ones only"
    return ""


def _params(lake: Lake, files: Sequence[LiveFile]) -> Mapping[str, Any]:
    """With which the rows were made."""
    found = {}
    for file in files:
        params = lake.lineage(SIGNAL, file).get("parameters", {})
        found[fingerprint(params=params)] = params
    if len(found) > 1:
        raise FootprintError(
            "FP011",
            f"rows of {SIGNAL} were made with {len(found)} different sets of parameters: they are not one strategy",
            hint="footprint compute, to bring all days up to date",
        )
    return next(iter(found.values()))


def fees_of(request: Request, market: Market) -> tuple[FeeSchedule, bool]:
    """The fees of a market, and whether they are an assumption: those of another venue's base tier.

    Raises FP009 for a tier that the venue has not.
    """
    own = [one for one in (*request.fees, *BASE_TIERS) if one.venue == market.venue]
    tiers = {one.tier for one in own}
    if request.tier is not None and request.tier not in tiers:
        what = f"fee tier of {market.venue}"
        if not tiers:
            raise FootprintError("FP009", f"no {what} is known", hint="state it as [[fees]] in footprint.toml")
        raise unknown(what, request.tier, tiers)
    chosen = next((one for one in own if request.tier in (None, one.tier)), None)
    return (BASE_TIERS[0], True) if chosen is None else (chosen, False)


def terms_of(request: Request, market: Market, stop: float) -> Terms:
    """The terms of a market: sized by the stop, at most a tenth of the depth within 10 bps."""
    return Terms(
        latencies_ms=LATENCIES_MS,
        fees=fees_of(request, market)[0],
        capital_quote=request.capital_quote,
        risk_share=RISK_SHARE,
        stop=stop,
        depth_share=DEPTH_SHARE,
        depth_bps=DEPTH_BPS,
        borrow_apr=0.0,
        impact_factor=IMPACT_FACTOR,
        rest_s=REST_S if request.entry == "passive" else None,
    )
