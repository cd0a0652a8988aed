"""The command backtest: what the reversion rule would have come to, and whether that shows anything."""

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from pipeline.commands.options import ConfigOption, LakeOption, setup


def backtest(
    *,
    lake: LakeOption = None,
    config: ConfigOption = None,
    venue: Annotated[str | None, Parameter(help="Markets of this venue only.")] = None,
    symbol: Annotated[str | None, Parameter(help="Markets of this symbol only.")] = None,
    since: Annotated[
        str | None, Parameter(help="From this day or instant on, as 2024-08-08 or 2024-08-08T12:00Z.")
    ] = None,
    until: Annotated[str | None, Parameter(help="To the end of this day, or to before this instant.")] = None,
    capital: Annotated[
        float,
        Parameter(help="Quote currency at work in each market; a stop loses 0.25 % of it.", validator=Number(gt=0)),
    ] = 100_000.0,
    entry: Annotated[
        Literal["taker", "passive"],
        Parameter(help="taker, or passive: rests 60 s and is filled only by what trades through its price."),
    ] = "taker",
    tier: Annotated[
        str | None, Parameter(help="Fee tier of [[fees]] in footprint.toml. Default: the venue's first.")
    ] = None,
    grid: Annotated[
        bool,
        Parameter(
            negative="",
            help="Try other parameters too: those of [backtest.grid] in footprint.toml, or 24 around the ones used.",
        ),
    ] = False,
    seed: Annotated[
        int, Parameter(help="Of the controls' random draws and the intervals.", validator=Number(gte=0))
    ] = 1,
    workers: Annotated[
        int | None,
        Parameter(help="Worker processes. Default: one, or all processors for a grid.", validator=Number(gte=1)),
    ] = None,
    json_to: Annotated[Path | None, Parameter(name="--json", help="Write everything to this file as JSON.")] = None,
    trades: Annotated[
        Path | None, Parameter(help="Write the rule's trades at all latencies to this .parquet file.")
    ] = None,
) -> int:
    """Trades, placebos, costs and a verdict for the inventory reversion rule, on every perpetual and future of a lake.

    Every configuration tried is noted in the lake's trial registry, trials.jsonl, and counted against the result.
    """
    from pipeline.judge.backtest import backtest as run
    from pipeline.judge.backtest_report import objects
    from pipeline.judge.backtest_request import Request
    from pipeline.judge.backtest_text import text
    from pipeline.judge.trials import shortfall
    from pipeline.rowfile import form_of, whole_file
    from pipeline.selection import Selection
    from pipeline.timerange import TimeRange

    chosen = setup(lake, config)
    if trades is not None:
        form_of(trades, ("parquet",))
    selection = Selection(venue, symbol, TimeRange.of(since, until))
    request = Request(chosen.lake.root, selection, capital, entry, chosen.config.fees, tier, seed)
    with ExitStack() as stack:
        json_file, trades_file = (path and stack.enter_context(whole_file(path)) for path in (json_to, trades))
        done = run(
            request,
            dict(chosen.config.grid) if grid else None,
            workers=workers or (os.cpu_count() or 1 if grid else 1),
            tell=lambda line: print(line, file=sys.stderr, flush=True),
        )
        told = objects(done)
        print(text(told), end="")
        if json_file:
            json_file.write_text(json.dumps(told, indent=1, allow_nan=False) + "\n")
        if trades_file:
            done.trades.write_parquet(trades_file)
    print(shortfall(chosen.lake.root), end="", file=sys.stderr)
    for path in (json_to, trades):
        if path is not None:
            print(f"written: {path}", file=sys.stderr)
    return 0
