"""Commands that change the lake: ingest, forget, compute, publish, run."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from pipeline.commands.options import (
    ConfigOption,
    JsonOption,
    LakeOption,
    Setup,
    SinceOption,
    UntilOption,
    WorkersOption,
    setup,
)

if TYPE_CHECKING:
    from pipeline.run import RunReport


def ingest(
    source: str,
    files: Annotated[list[Path], Parameter(negative="")],
    /,
    *,
    venue: str,
    symbol: str,
    lake: LakeOption = None,
    tick: Annotated[float | None, Parameter(validator=Number(gt=0, lt=1e9))] = None,
    qty_decimals: Annotated[int | None, Parameter(validator=Number(gte=0, lte=12))] = None,
    config: ConfigOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> int:
    """Register raw files and normalise them.

    Files are known by their content: the same file again, overlapping files and files in any order give the
    same tables. All files are taken or none.

    Parameters
    ----------
    source
        What wrote the files: binance-capture, or tardis (incremental_book_L2 and trades).
    files
        Raw files, gzip or plain.
    venue
        Venue and product, as binance-usdm.
    symbol
        The venue's own symbol, as BTCUSDT.
    tick
        Price grid. Default: what is known of the market, else the greatest common divisor of the prices.
    qty_decimals
        Decimals of a quantity. Default: what is known of the market, else the most seen.
    """
    from pipeline.config import market_of, unknown
    from pipeline.ingest import ingest as register_files
    from pipeline.ingest import quarantine_warning
    from pipeline.market import MarketSettings
    from pipeline.progress import reading
    from pipeline.sources import SOURCES

    if source not in SOURCES:
        raise unknown("source", source, SOURCES)
    market = market_of(venue, symbol)
    if venue not in SOURCES[source].venues:
        raise unknown(f"venue of {source}", venue, SOURCES[source].venues)
    chosen = setup(lake, config, {market: MarketSettings(tick=tick, qty_decimals=qty_decimals)})
    with reading(sys.stderr) as told:
        result = register_files(chosen.lake, SOURCES[source], files, market, chosen.wanted, workers=workers, told=told)
    known = f", {result.known} known already" if result.known else ""
    print(f"{len(result.new)} files registered{known}", file=sys.stderr)
    code = do_work(chosen, "ingest", signals=False, workers=workers, as_json=as_json)
    warning = quarantine_warning(chosen.lake, market, result, chosen.wanted.of(market).max_quarantine)
    if warning:
        print(warning.text, file=sys.stderr)
    return max(code, 1 if warning and warning.is_too_many else 0)


def forget(file: str, /, *, lake: LakeOption = None, config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Withdraw a raw file; the tables it touched are made again without it.

    Parameters
    ----------
    file
        Path, name or id of a registered file.
    """
    from pipeline.registry import forget as withdraw

    chosen = setup(lake, config)
    found = withdraw(chosen.lake, file)
    print(f"withdrawn: {found.path} ({found.file_id}), {found.lines:,} lines", file=sys.stderr)
    return do_work(chosen, "forget", signals=False, workers=None, as_json=as_json)


def compute(
    *,
    lake: LakeOption = None,
    config: ConfigOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> int:
    """Bring every signal up to date."""
    return do_work(setup(lake, config), "compute", since=since, until=until, workers=workers, as_json=as_json)


def publish(*, lake: LakeOption = None, config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Write the SQL catalogue over the tables as they are now."""
    from pipeline.version import package_version
    from pipeline.warehouse import CATALOGUE
    from pipeline.warehouse import publish as write_catalogue

    chosen = setup(lake, config)
    rows = write_catalogue(chosen.lake, package_version())
    if as_json:
        print(json.dumps({"catalogue": str(chosen.lake.root / CATALOGUE), "rows": rows}, indent=1))
    else:
        print(f"published {len(rows)} tables to {chosen.lake.root / CATALOGUE}", file=sys.stderr)
    return 0


def run(
    *,
    lake: LakeOption = None,
    config: ConfigOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> int:
    """Ingest the raw files of footprint.toml, compute what is stale and publish."""
    from pipeline.ingest import ingest_configured
    from pipeline.progress import reading

    chosen = setup(lake, config)
    with reading(sys.stderr) as told:
        for market, result in ingest_configured(chosen.lake, chosen.config, chosen.wanted, workers=workers, told=told):
            print(f"{market}: {len(result.new)} files registered, {result.known} known already", file=sys.stderr)
    code = do_work(chosen, "run", since=since, until=until, workers=workers, as_json=as_json)
    return max(code, publish(lake=lake, config=config))


def do_work(
    chosen: Setup,
    command: str,
    *,
    signals: bool = True,
    since: date | None = None,
    until: date | None = None,
    workers: int | None,
    as_json: bool,
) -> int:
    """Plan, run, report; 1 if a step failed."""
    from pipeline.plan import make_plan
    from pipeline.progress import progress_for, write_report
    from pipeline.run import RunReport, run_plan
    from pipeline.warehouse import empty_lake

    if not chosen.lake.exists("manifest"):
        raise empty_lake(chosen.lake)
    plan = make_plan(chosen.lake, chosen.wanted, signals=signals, since=since, until=until)
    report = RunReport(reused=plan.fresh)
    if plan.steps or plan.drops:
        report = run_plan(chosen.lake, plan, workers=workers, progress=progress_for(sys.stderr))
    path = write_report(chosen.lake.root, command, report)
    _tell(report, path)
    if as_json:
        print(path.read_text())
    return 1 if report.count("failed") else 0


def _tell(report: "RunReport", path: Path) -> None:
    """Errors again at the end, then one line of totals."""
    for outcome in report.outcomes:
        if outcome.state == "failed":
            print(f"\nFAILED {outcome.step}\n{outcome.error}", file=sys.stderr)
    if not report.outcomes and not report.dropped:
        print(f"nothing to do: {report.reused} steps are fresh", file=sys.stderr)
        return
    totals = f"ok {report.count('ok')}  failed {report.count('failed')}  skipped {report.count('skipped')}"
    dropped = f"  dropped {report.dropped}" if report.dropped else ""
    print(f"{totals}  reused {report.reused}{dropped}  in {report.seconds:.1f} s      details: {path}", file=sys.stderr)
