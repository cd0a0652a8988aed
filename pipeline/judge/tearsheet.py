"""Tearsheets from a lake: what is read for one, and the trials it adds to the lake's registry."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from pipeline.config import unknown
from pipeline.errors import FootprintError
from pipeline.fingerprint import fingerprint, schema_digest
from pipeline.judge.tearsheet_series import case_of, median_ms
from pipeline.judge.trials import code_digest, register, registered
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.reader import LakeReader
from pipeline.scores.shortfalls import SCORECARD, scorecard_rows
from pipeline.timerange import Moment, TimeRange

if TYPE_CHECKING:
    from backtest.claims.claim import Claim
    from backtest.tearsheet.case import Case
    from backtest.tearsheet.sheet import Tearsheet
    from backtest.trial import Trial

LATENCY_MS: Final = 50.0
"""From knowing to being at the venue; costs are given at 200 ms beside."""

_DETECTORS: Final = {
    "quote_ledger": ("quote_pulls",),
    "maker_inventory": ("maker_inventory_fixed",),
    "inventory_state": ("maker_inventory", "maker_inventory_averaged"),
    "replenishment_rate": ("replenishment",),
}
"""Detectors of the scorecard behind a table of another name."""


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
    the grid of stability. Raises FP009 for a name, FP014 if no market has rows of the signal and its book.
    """
    from backtest.tearsheet.sheet import judge

    claim = claim_named(name, column)
    time = TimeRange.of(since, until)
    lake = Lake(reader.root)
    cases = {}
    for market in _markets(reader, lake, claim, venue, symbol):
        case = case_of(reader, claim, market, since=since, until=until, latency_ms=latency_ms)
        if case is not None:
            cases[market] = case
    if not cases:
        raise _no_rows(claim, reader)
    main, case = _main(cases)
    trials = _trials(lake, case, main, time)
    before = registered(lake.root, trials[0].family)
    fresh = _not_yet(before, trials)
    if fresh:
        register(lake.root, fresh)
    chosen = trials[0] if trials[0].returns else None
    return judge(
        case,
        identity=_identity(lake, claim, main),
        sample=_sample(reader, case, main, cases, since, until),
        scorecard=_scorecard(claim),
        trials=[*before, *fresh],
        chosen=chosen,
    )


def _markets(reader: LakeReader, lake: Lake, claim: "Claim", venue: str | None, symbol: str | None) -> Iterator[Market]:
    """Those wanted that have a part of the claim's table; an unknown venue or symbol is refused by the reader."""
    reader.read(claim.table.name, venue=venue, symbol=symbol)
    lake.refresh()
    for market in sorted({file.market for file in lake.live(claim.table.name)}):
        if venue in (None, market.venue) and symbol in (None, market.symbol):
            yield market


def _no_rows(claim: "Claim", reader: LakeReader) -> FootprintError:
    return FootprintError(
        "FP014",
        f"no market of this lake has rows of {claim.table.name} and of book_state in the time asked for",
        where=str(reader.root),
        hint="footprint compute, or another --since, --until, --venue or --symbol",
    )


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


def _trials(lake: Lake, case: "Case", market: Market, time: TimeRange) -> list["Trial"]:
    """One for every horizon, and the registered one at the other latency; the claim's own first."""
    from backtest.tearsheet.costs import LATENCIES_MS, daily_net
    from backtest.trial import Trial

    claim = case.claim
    names = {name: sorted(f.path for f in lake.live(name, market)) for name in (claim.table.name, "book_state")}
    edges = [None if edge is None else edge.isoformat() for edge in (time.since, time.until)]
    data = fingerprint(files=names, market=str(market), time=edges)
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


def _identity(lake: Lake, claim: "Claim", market: Market) -> dict[str, Any]:
    signal = claim.signal
    made = [lake.lineage(claim.table.name, file) for file in lake.live(claim.table.name, market)]
    presets = sorted({str(one.get("preset", "default")) for one in made})
    params = {_text(one.get("parameters", {})): one.get("parameters", {}) for one in made}
    versions = sorted({int(one.get("version", signal.version)) for one in made})
    definition = fingerprint(
        signal=signal.name,
        versions=versions,
        parameters=sorted(params),
        schema=schema_digest(claim.table),
        claim=[claim.name, claim.column, claim.forecast, claim.sign, claim.sign_now, claim.horizon_s, claim.window_s],
    )
    sign = "more of it, a higher mid" if claim.sign > 0 else "more of it, a lower mid"
    if claim.forecast == "size":
        sign = "more of it, larger moves" if claim.sign > 0 else "more of it, smaller moves"
    return {
        "signal": signal.name,
        "version": versions,
        "definition": definition,
        "claim": claim.name,
        "says": claim.says,
        "table": claim.table.name,
        "column": claim.column,
        "forecast": claim.forecast,
        "sign": claim.sign,
        "sign_means": sign,
        "registered": claim.registered,
        "horizon_s": claim.horizon_s,
        "window_s": claim.window_s,
        "looks_back_s": claim.lookback_s,
        "preset": presets,
        "parameters": " | ".join(sorted(params)),
    }


def _text(parameters: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in sorted(parameters.items()))


def _sample(
    reader: LakeReader,
    case: "Case",
    market: Market,
    cases: dict[Market, "Case"],
    since: Moment | None,
    until: Moment | None,
) -> dict[str, Any]:
    """What was there: span, coverage, gaps and delays."""
    import numpy as np
    import polars as pl

    from backtest.tearsheet.stability import stated

    series, mids = case.series, case.mids
    seen = np.isfinite(series.value)
    wanted = {"venue": market.venue, "symbol": market.symbol, "since": since, "until": until}
    gaps = (
        reader.read("gaps", venue=market.venue, symbol=market.symbol)
        .filter(pl.col("table_name") == "book_updates", pl.col("reason") != "before_recording")
        .sort("from_ts")
        .collect()
    )
    inside = gaps.filter(
        pl.col("to_ts").dt.timestamp("us") >= mids.first, pl.col("from_ts").dt.timestamp("us") <= mids.last
    )
    rows = [
        {k: str(v) for k, v in row.items()} for row in inside.select("from_ts", "to_ts", "reason").head(20).to_dicts()
    ]
    return {
        "venue": market.venue,
        "symbol": market.symbol,
        "other_markets": [str(other) for other in cases if other != market],
        "since": stated(mids.first),
        "until": stated(mids.last),
        "days": int(np.unique(series.day[seen]).size),
        "seconds_of_book": int(mids.log_mid.size),
        "book_ok_share": float(np.isfinite(mids.log_mid).mean()),
        "signal_rows": series.rows,
        "signal_rows_without_value": series.nulls,
        "signal_rows_merged": series.merged,
        "signal_values": int(seen.sum()),
        "signal_step_s": series.step_s,
        "picked": picked(reader, case.claim, market),
        "feed_interval_ms": median_ms(reader, wanted),
        "gaps_of_the_book": inside.height,
        "gaps": rows,
        "delay_ms": series.delay_ms,
        "latency_ms": case.latency_ms,
        "controls": list(case.controls),
    }


def picked(reader: LakeReader, claim: "Claim", market: Market) -> str | None:
    """Which of several windows or half-lives was judged."""
    from pipeline.judge.tearsheet_series import nearest

    if claim.pick is None:
        return None
    frame = reader.read(claim.table.name, venue=market.venue, symbol=market.symbol)
    return f"{claim.pick[0]} = {nearest(frame, claim.pick)}"


def _scorecard(claim: "Claim") -> dict[str, Any]:
    """Rows of docs/scorecard.md for the signal's detectors."""
    if not SCORECARD.exists():
        return {"rows": [], "why": "docs/scorecard.md is in the repository, and an installed package has none"}
    wanted = _DETECTORS.get(claim.table.name, (claim.table.name,))
    rows = [row for row in scorecard_rows(SCORECARD.read_text()) if row["detector"] in wanted]
    why = None if rows else f"no detector of docs/scorecard.md finds what is in {claim.table.name}"
    return {"rows": rows, "why": why}
