"""Options that commands share, and what they resolve to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.lake import Lake
    from pipeline.market import Market, MarketSettings
    from pipeline.plan import Wanted

LakeOption = Annotated[
    Path | None, Parameter(name="--lake", help="Folder of the lake. Default: the one in footprint.toml, or data/lake.")
]
ConfigOption = Annotated[
    Path | None, Parameter(name="--config", help="Configuration file. Default: footprint.toml in this folder, if any.")
]
JsonOption = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON for a program to read.")]
WorkersOption = Annotated[
    int | None, Parameter(name="--workers", help="Worker processes. Default: by the size of the work.")
]


@dataclass(frozen=True, slots=True)
class Setup:
    """The lake to work on and what the user chose for it."""

    lake: "Lake"
    wanted: "Wanted"
    config: "Config"


def setup(lake: Path | None, config: Path | None, stated: "Mapping[Market, MarketSettings] | None" = None) -> Setup:
    """The lake named by option or configuration; `stated` settings go before configured ones."""
    from pipeline.config import load_config
    from pipeline.lake import Lake
    from pipeline.plan import Wanted

    loaded = load_config(config)
    markets = dict(loaded.markets)
    for market, settings in (stated or {}).items():
        markets[market] = settings.over(markets[market]) if market in markets else settings
    loaded = replace(loaded, markets=markets)
    _check_params(loaded.params)
    return Setup(Lake(lake or loaded.root), Wanted(markets, loaded.params, loaded.preset), loaded)


def _check_params(params: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises FP010 for a signal or parameter that does not exist."""
    from pipeline.config import unknown
    from signals import SIGNALS

    known = {signal.name: signal.params for signal in SIGNALS}
    for signal, values in params.items():
        if signal not in known:
            raise unknown("signal with parameters", signal, known, "[params]", code="FP010")
        for name in values:
            if name not in known[signal]:
                raise unknown(f"parameter of {signal}", name, known[signal], "[params]", code="FP010")
