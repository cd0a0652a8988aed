"""Commands that change the lake: ingest, forget, compute, publish, run."""

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from pipeline.commands.options import (
    ConfigOption,
    JsonOption,
    LakeOption,
    PrefectOption,
    PresetOption,
    Setup,
    SinceOption,
    UntilOption,
    WorkersOption,
    setup,
    source_of,
)
from pipeline.market import VENUES
from pipeline.sources import SOURCES
from pipeline.sources.files import FILES

_SOURCES_HELP = "What the files are:\n" + "\n".join(f"{name}: {FILES[name]}" for name in SOURCES)


def ingest(
    source: Annotated[str, Parameter(help=_SOURCES_HELP)],
    files: Annotated[list[Path], Parameter(negative="")],
    /,
    *,
    venue: Annotated[str, Parameter(help=f"Venue and product: {', '.join(VENUES)}.")],
    symbol: str,
    lake: LakeOption = None,
    tick: Annotated[float | None, Parameter(validator=Number(gt=0, lt=1e9))] = None,
    qty_decimals: Annotated[int | None, Parameter(validator=Number(gte=0, lte=12))] = None,
    contract_size: Annotated[float | None, Parameter(validator=Number(gt=0, lt=1e9))] = None,
    config: ConfigOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> int:
    """Register raw files and normalise them.

    Files are known by their content: the same file again, overlapping files and files in any order give the
    same tables. All files are taken or none.

    Parameters
    ----------
    files
        Raw files as they came: plain, gzip, zip, tar.gz, zstd or lz4, one file of text in each.
    symbol
        The venue's own symbol, as BTCUSDT, BTC-USDT-SWAP or BTC; of option chains the coin, as BTC.
    tick
        Price grid. Default: what is known of the market, else the greatest common divisor of the prices.
    qty_decimals
        Decimals of a quantity in base units. Default: what is known, else the most seen (inverse: 8, or fewer).
    contract_size
        Base (linear) or quote units (inverse) per contract. Default: what is known, the files say or the venue rules.
    """
    from pipeline.contract_rules import contract_size_unused, counts_contracts
    from pipeline.ingest import ingest as register_files
    from pipeline.ingest import quarantine_warning
    from pipeline.market import MarketSettings, market_of
    from pipeline.progress import reading

    market = market_of(venue, symbol)
    reader = source_of(source, venue)
    if contract_size is not None and not counts_contracts(market):
        raise contract_size_unused(market)
    stated = MarketSettings(tick=tick, qty_decimals=qty_decimals, contract_size=contract_size)
    chosen = setup(lake, config, {market: stated})
    with reading(sys.stderr) as told:
        result = register_files(chosen.lake, reader, files, market, chosen.wanted, workers=workers, told=told)
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
    preset: PresetOption = None,
    workers: WorkersOption = None,
    prefect: PrefectOption = None,
    as_json: JsonOption = False,
) -> int:
    """Bring every signal up to date."""
    if prefect:
        return _through_prefect("compute", lake, config, since, until, preset, workers=workers, as_json=as_json)
    chosen = setup(lake, config, preset=preset)
    return do_work(chosen, "compute", since=since, until=until, workers=workers, as_json=as_json)


def publish(*, lake: LakeOption = None, config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Write the SQL catalogue over the tables as they are now."""
    from pipeline.warehouse import CATALOGUE
    from pipeline.work import publish as write_catalogue

    chosen = setup(lake, config)
    rows = write_catalogue(chosen)
    if as_json:
        print(json.dumps({"catalogue": str(chosen.lake.root / CATALOGUE), "rows": rows}, indent=1))
    return 0


def run(
    *,
    lake: LakeOption = None,
    config: ConfigOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    preset: PresetOption = None,
    workers: WorkersOption = None,
    prefect: PrefectOption = None,
    as_json: JsonOption = False,
) -> int:
    """Ingest the raw files of footprint.toml, compute what is stale and publish."""
    from pipeline.work import Driver, publish_if_stale, register_configured

    if prefect or (prefect is None and os.environ.get("PREFECT_API_URL")):
        return _through_prefect("daily", lake, config, since, until, preset, workers=workers, as_json=as_json)
    chosen = setup(lake, config, preset=preset)
    register_configured(chosen, Driver(workers=workers))
    code = do_work(chosen, "run", since=since, until=until, workers=workers, as_json=as_json)
    publish_if_stale(chosen)
    return code


def _through_prefect(
    flow: str,
    lake: Path | None,
    config: Path | None,
    since: date | None,
    until: date | None,
    preset: str | None,
    *,
    workers: int | None,
    as_json: bool,
) -> int:
    """The same work as a flow run; 1 if a step failed."""
    from pipeline.prefect_api import prefect_api, settle_prefect
    from pipeline.progress import report_path

    chosen = setup(lake, config, preset=preset)  # what is wrong with the request is said before anything is started
    settle_prefect(console="CRITICAL")  # what went wrong is told here, in the words of the local driver
    with prefect_api(sys.stderr):
        from pipeline.flows import run_now

        code = run_now(flow, workers, config=config, lake=lake, since=since, until=until, preset=preset)
    if as_json:
        print(report_path(chosen.lake.root).read_text())
    return code


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
    from pipeline.progress import report_path
    from pipeline.work import Driver, bring_up_to_date

    driver = Driver(workers=workers)
    report = bring_up_to_date(chosen, command, driver, signals=signals, since=since, until=until)
    if as_json:
        print(report_path(chosen.lake.root).read_text())
    return 1 if report.count("failed") else 0
