"""A lake of files that a source reads."""

import io
from collections.abc import Sequence
from pathlib import Path

from pipeline.contract_rules import counts_contracts, ruled_contract_size
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import Market, MarketSettings
from pipeline.plan import Wanted, make_plan
from pipeline.progress import LineProgress
from pipeline.run import run_plan
from pipeline.sources import SOURCES

_CONTRACT_SIZE = 0.01


def load(root: Path, source: str, files: Sequence[Path], market: Market) -> Lake:
    """A lake of the files, up to date but for the signals; a contract's worth is stated where no rule tells it."""
    is_stated = counts_contracts(market) and ruled_contract_size(market) is None
    wanted = Wanted({market: MarketSettings(contract_size=_CONTRACT_SIZE)} if is_stated else {})
    lake = Lake(root)
    ingest(lake, SOURCES[source], files, market, wanted, workers=1)
    plan = make_plan(lake, wanted, signals=False)
    report = run_plan(lake, plan, workers=1, progress=LineProgress(io.StringIO()))
    assert all(outcome.state == "ok" for outcome in report.outcomes), report.outcomes
    return lake
