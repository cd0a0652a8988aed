"""Tearsheets from a lake: what is read for one, and the trials it adds to the lake's registry."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pipeline.errors import FootprintError, unknown
from pipeline.judge.read_data import data_digest
from pipeline.judge.tearsheet_facts import identity_facts, sample_facts, scorecard_facts
from pipeline.judge.tearsheet_series import case_of
from pipeline.judge.trials import code_digest, register, registered
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.reader import LakeReader
from pipeline.selection import Selection
from pipeline.timerange import Moment, TimeRange
from pipeline.underlying import underlying_of

if TYPE_CHECKING:
    from backtest.claims.claim import Claim
    from backtest.tearsheet.case import Case
    from backtest.tearsheet.sheet import Tearsheet
    from backtest.trial import Trial

LATENCY_MS: Final = 50.0
"""From knowing to being at the venue; costs are given at 200 ms beside."""


def claim_named(name: str, column: str | None = None) -> "Claim":
    """The claim of a signal, or of table.column; with `column`, of that column of the signal or table.

    Raises FP009 with the nearest name, or with the reason why a signal claims nothing.
    """
    from backtest.claims.registry import CLAIMS, NO_CLAIM

    if column is not None:
        alike = [c for c in CLAIMS.values() if c.column == column and name in (c.name, c.signal.name, c.table.name)]
        if alike:
            return alike[0]
        theirs = {c.column for c in CLAIMS.values() if name in (c.name, c.signal.name, c.table.name)}
        if theirs:
            raise unknown(f"column of {name} with a claim", column, theirs)
    if name in CLAIMS:
        return CLAIMS[name]
    if name in NO_CLAIM:
        raise FootprintError(
            "FP009",
            f"{name} claims nothing that a return could confirm: {NO_CLAIM[name]}",
            hint=f"footprint tearsheet {next((one for one in CLAIMS if one.startswith(f'{name}.')), 'order_flow')}",
        )
    raise unknown("signal with a claim", name, CLAIMS)


def make_tearsheet(
    reader: LakeReader,
    name: str,
    *,
    column: str | None = None,
    venue: str | None = None,
    symbol: str | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    latency_ms: float = LATENCY_MS,
) -> "Tearsheet":
    """Judge a claim on the rows of a lake, and register the ways it was judged.

    Of several markets one is the main one: a perpetual before spot, then the one with the most rows; the others are in
    the grid of stability. What is forecast of a chain of options is the mid of its underlying. Raises FP009 for a name,
    FP014 if no market has rows of the signal and its book.
    """
    from backtest.tearsheet.sheet import judge

    claim = claim_named(name, column)
    time = TimeRange.of(since, until)
    lake = Lake(reader.root)
    cases: dict[Market, Case] = {}
    books: dict[Market, Market] = {}
    for market, book in _markets(reader, lake, claim, venue, symbol):
        case = case_of(reader, claim, market, book, since=since, until=until, latency_ms=latency_ms)
        if case is not None:
            cases[market], books[market] = case, book
    if not cases:
        raise _no_rows(claim, reader)
    main, case = _main(cases)
    trials = _trials(lake, case, main, books[main], time)
    before = registered(lake.root, trials[0].family)
    fresh = _not_yet(before, trials)
    if fresh:
        register(lake.root, fresh)
    chosen = trials[0] if trials[0].returns else None
    return judge(
        case,
        identity=identity_facts(lake, claim, main),
        sample=sample_facts(reader, case, main, books[main], cases, since, until),
        scorecard=scorecard_facts(claim),
        trials=[*before, *fresh],
        chosen=chosen,
    )


def _markets(
    reader: LakeReader, lake: Lake, claim: "Claim", venue: str | None, symbol: str | None
) -> Iterator[tuple[Market, Market]]:
    """Those wanted that have a part of the claim's table, each with the market whose mid is forecast, if that has a
    book; a chain of options is wanted with its underlying. An unknown venue or symbol is refused by the reader."""
    reader.read(claim.table.name, venue=venue, symbol=symbol)
    lake.refresh()
    for market in sorted({file.market for file in lake.live(claim.table.name)}):
        book = underlying_of(lake, market) if claim.is_of_chain else market
        if book is None or not lake.live("book_state", book):
            continue
        if any(venue in (None, one.venue) and symbol in (None, one.symbol) for one in (market, book)):
            yield market, book


def _no_rows(claim: "Claim", reader: LakeReader) -> FootprintError:
    why = f"no market of this lake has rows of {claim.table.name} and of book_state in the time asked for"
    hint = "footprint compute, or another --since, --until, --venue or --symbol"
    if claim.is_of_chain:
        rows = f"rows of {claim.table.name}, and its underlying rows of book_state,"
        why = f"no chain of options in this lake has {rows} in the time asked for"
        hint = "a [[pair]] in footprint.toml names a chain's underlying, else it is the perpetual of its venue"
    return FootprintError("FP014", why, where=str(reader.root), hint=hint)


def _main(cases: dict[Market, "Case"]) -> tuple[Market, "Case"]:
    """The market judged, with the others in its case."""
    from dataclasses import replace

    import numpy as np

    from pipeline.market import VENUES

    def rank(market: Market) -> tuple[bool, int]:
        return VENUES.get(market.venue) == "spot", -int(np.isfinite(cases[market].series.value).sum())

    main = min(sorted(cases), key=rank)
    others = {str(market): case for market, case in cases.items() if market != main}
    return main, replace(cases[main], others=others)


def _trials(lake: Lake, case: "Case", market: Market, book: Market, time: TimeRange) -> list["Trial"]:
    """One for every horizon, and the registered one at the other latency; the claim's own first."""
    from backtest.tearsheet.costs import LATENCIES_MS, daily_net
    from backtest.trial import Trial

    claim = case.claim
    data = data_digest(lake, (claim.table.name, "book_state"), sorted({market, book}), Selection(time=time))
    own = float(claim.horizon_s)
    ways = [(own, LATENCIES_MS[0]), (own, LATENCIES_MS[1])]
    ways += [(h, LATENCIES_MS[0]) for h in case.horizons if h != own and h >= claim.step_s]
    made = []
    for horizon, latency in ways:
        returns = daily_net(case, horizon, latency) if claim.forecast == "return" else {}
        config = {"claim": claim.name, "column": claim.column, "horizon_s": horizon, "latency_ms": latency}
        config |= {"market": str(market), "paid": "taker_taker"}
        made.append(Trial(f"tearsheet/{claim.name}", code_digest(), data, config, returns))
    return made


def _not_yet(before: list["Trial"], trials: list["Trial"]) -> list["Trial"]:
    """Those that were not registered before."""
    from backtest.trial import distinct

    known = len(distinct(before))
    return distinct([*before, *trials])[known:]
