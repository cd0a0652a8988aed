"""footprint.toml: typed values, checked when read. Every key has a sane default."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from backtest.trading.fees import FeeSchedule
from pipeline.config_markets import RawFiles, groups_of, markets_of, pair_of, raw_of
from pipeline.config_values import bad, check_keys, table, text
from pipeline.config_work import fees_of, fetch_of, grid_of, record_of, schedule_of
from pipeline.errors import FootprintError
from pipeline.fetch.settings import FetchSettings
from pipeline.market import Market, MarketSettings
from pipeline.schedule import Schedule

if TYPE_CHECKING:  # it brings the signals along, and help must not wait for them
    from pipeline.wanted import Changes

FILE: Final = "footprint.toml"
PRESETS: Final = ("default", "sample", "demo")
_SECTIONS: Final[Mapping[str, type]] = {
    "lake": dict,
    "params": dict,
    "schedule": dict,
    "market": list,
    "raw": list,
    "pair": list,
    "group": list,
    "fees": list,
    "backtest": dict,
    "record": dict,
    "fetch": dict,
}
"""By section, whether it is one table, or a list of them."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the user chose. `folder` is where the configuration file lies."""

    folder: Path = field(default_factory=Path)
    root: Path = field(default_factory=lambda: Path("data/lake"))
    markets: Mapping[Market, MarketSettings] = field(default_factory=dict)
    changes: "Mapping[Market, Changes]" = field(default_factory=dict)
    raw: tuple[RawFiles, ...] = ()
    pairs: Mapping[Market, Market] = field(default_factory=dict)
    groups: Mapping[Market, tuple[Market, ...]] = field(default_factory=dict)
    preset: str = "default"
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    schedule: Schedule = field(default_factory=Schedule)
    fees: tuple[FeeSchedule, ...] = ()
    grid: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    """[record], each value of its kind; pipeline/record/request.py gives it meaning."""
    fetch: FetchSettings = field(default_factory=FetchSettings)


def load_config(path: Path | None = None) -> Config:
    """Read `path`, or footprint.toml in this folder if there is one, else the defaults.

    Raises FP001 if a named file is missing, FP010 for a key or value without meaning.
    """
    if path is None:
        return _parse(Path(FILE)) if Path(FILE).exists() else Config()
    if not path.is_file():
        raise FootprintError("FP001", "expected a configuration file", where=str(path))
    return _parse(path)


def _parse(path: Path) -> Config:
    raw = _read(path)
    check_keys(raw.get("lake", {}), {"root"}, path, "key in [lake]")
    preset, params = _params(raw.get("params", {}), path)
    markets, changes = markets_of(raw.get("market", []), path)
    root = Path(text(raw.get("lake", {}), "root", path, "data/lake"))
    return Config(
        folder=path.parent,
        root=root if root.is_absolute() else path.parent / root,
        markets=markets,
        changes=changes,
        raw=tuple(raw_of(item, path) for item in raw.get("raw", [])),
        pairs=dict(pair_of(item, path) for item in raw.get("pair", [])),
        groups=groups_of(raw.get("group", []), path),
        preset=preset,
        params=params,
        schedule=schedule_of(raw.get("schedule", {}), path),
        fees=fees_of(raw.get("fees", []), path),
        grid=grid_of(raw.get("backtest", {}), path),
        record=record_of(raw.get("record", {}), path),
        fetch=fetch_of(raw.get("fetch", {}), path),
    )


def _read(path: Path) -> dict[str, Any]:
    """The file's sections, each known and of its shape."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FootprintError("FP010", str(error), where=str(path)) from error
    for name, kind in _SECTIONS.items():
        if not isinstance(raw.get(name, kind()), kind):
            raise bad(path, f"{name} is written as [[{name}]] once per {name}" if kind is list else f"write [{name}]")
    check_keys(raw, set(_SECTIONS), path, "section")
    return raw


def _params(item: Mapping[str, Any], path: Path) -> tuple[str, dict[str, Mapping[str, Any]]]:
    """The preset, and by signal what is chosen besides."""
    params = dict(item)
    preset = params.pop("preset", "default")
    if preset not in PRESETS:
        raise bad(path, f"preset is {preset!r}, expected one of {', '.join(PRESETS)}")
    return preset, {name: table(values, path, f"[params.{name}]") for name, values in params.items()}
