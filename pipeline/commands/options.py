"""Options that commands share, and what they resolve to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.lake import Lake
    from pipeline.market import Market, MarketSettings
    from pipeline.plan import Wanted
    from pipeline.sources import Source

LakeOption = Annotated[
    Path | None, Parameter(name="--lake", help="Folder of the lake. Default: the one in footprint.toml, or data/lake.")
]
ConfigOption = Annotated[
    Path | None, Parameter(name="--config", help="Configuration file. Default: footprint.toml in this folder, if any.")
]
JsonOption = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON for a program to read.")]
SinceOption = Annotated[date | None, Parameter(name="--since", help="First day, as 2024-08-08.")]
UntilOption = Annotated[date | None, Parameter(name="--until", help="Last day.")]
PresetOption = Annotated[
    Literal["default", "sample", "demo"] | None,
    Parameter(
        name="--preset",
        help="Windows of the signals: default, sample (minutes of data) or demo. Default: that of footprint.toml.",
    ),
]
WorkersOption = Annotated[
    int | None,
    Parameter(name="--workers", help="Worker processes. Default: by the size of the work.", validator=Number(gte=1)),
]
PrefectOption = Annotated[
    bool | None,
    Parameter(
        name="--prefect",
        negative="--no-prefect",
        help="Through Prefect: a flow run, seen in its UI. Default for run: if PREFECT_API_URL is set.",
    ),
]


@dataclass(frozen=True, slots=True)
class Setup:
    """The lake to work on and what the user chose for it."""

    lake: "Lake"
    wanted: "Wanted"
    config: "Config"


def setup(
    lake: Path | None,
    config: Path | None,
    stated: "Mapping[Market, MarketSettings] | None" = None,
    preset: str | None = None,
) -> Setup:
    """The lake named by option or configuration; `stated` settings and `preset` go before configured ones."""
    from pipeline.config import load_config
    from pipeline.errors import FootprintError
    from pipeline.lake import Lake
    from pipeline.plan import Wanted

    loaded = load_config(config)
    root = lake or loaded.root
    if root.exists() and not root.is_dir():
        raise FootprintError("FP015", "expected a folder for the lake, got a file", where=str(root))
    markets = dict(loaded.markets)
    for market, settings in (stated or {}).items():
        markets[market] = settings.over(markets[market]) if market in markets else settings
    loaded = replace(loaded, markets=markets, preset=preset or loaded.preset)
    _check_params(loaded.params, loaded.preset)
    _check_sources(loaded)
    wanted = Wanted(markets, loaded.params, loaded.preset, loaded.pairs, loaded.groups, loaded.changes)
    return Setup(Lake(root), wanted, loaded)


def source_of(name: str, venue: str, where: str = "", *, code: str = "FP009") -> "Source":
    """The source of that name, if it reads files of the venue; FP009 with the names there are if not."""
    from pipeline.errors import FootprintError, unknown
    from pipeline.sources import SOURCES

    if name not in SOURCES:
        raise unknown("source", name, SOURCES, where, code=code)
    if venue in SOURCES[name].venues:
        return SOURCES[name]
    others = [other.name for other in SOURCES.values() if venue in other.venues]
    raise FootprintError(
        code,
        f"{venue!r} is no venue of {name}; there are: {', '.join(sorted(SOURCES[name].venues))}",
        where=where,
        hint=f"files of {venue} are read by {', '.join(others)}",
    )


def _check_sources(config: "Config") -> None:
    """Raises FP010 for a source of raw files or a preferred one that does not exist, or has no such market."""
    from pipeline.errors import unknown
    from pipeline.sources import SOURCES

    for raw in config.raw:
        source_of(raw.source, raw.market.venue, "[[raw]]", code="FP010")
    later = [values.get("prefer", ()) for changes in config.changes.values() for _, values in changes]
    for names in [*(settings.prefer for settings in config.markets.values()), *later]:
        for name in names:
            if name not in SOURCES:
                raise unknown("source to prefer", name, SOURCES, "[[market]]", code="FP010")


def _check_params(params: Mapping[str, Mapping[str, Any]], preset: str) -> None:
    """Raises FP010 for a signal or parameter that does not exist, a value of another kind than its default or out of
    its range, or values that do not go together."""
    from pipeline.errors import FootprintError, unknown
    from pipeline.param_rules import complaint
    from signals import SIGNALS

    known = {signal.name: signal.params for signal in SIGNALS}
    for signal, values in params.items():
        if signal not in known:
            raise unknown("signal with parameters", signal, known, "[params]", code="FP010")
        for name, value in values.items():
            if name not in known[signal]:
                raise unknown(f"parameter of {signal}", name, known[signal], "[params]", code="FP010")
            if not _is_like(value, known[signal][name]):
                why = f"{signal}.{name} is {value!r}, expected something like its default {known[signal][name]!r}"
                raise FootprintError("FP010", why, where=f"[params.{signal}]")
            if (wanted := complaint(name, value)) is not None:
                why = f"{signal}.{name} is {value!r}, expected {wanted}"
                raise FootprintError("FP010", why, where=f"[params.{signal}]")
    for one in SIGNALS:
        if one.name in params:
            chosen = one.params_of(preset, params[one.name])
            try:
                for source in one.inputs:
                    source.reach(chosen)
            except ValueError as error:
                raise FootprintError("FP010", f"{one.name}: {error}", where=f"[params.{one.name}]") from error


def _is_like(value: Any, default: Any) -> bool:
    """Whether a value could stand in the place of the default."""
    if isinstance(default, bool | str) or default is None:
        return default is None or type(value) is type(default)
    if isinstance(default, int | float):
        return isinstance(value, int if isinstance(default, int) else int | float) and not isinstance(value, bool)
    if isinstance(default, list | tuple):
        return isinstance(value, list) and all(_is_like(item, default[0]) for item in value if default)
    return isinstance(value, type(default))
