"""footprint.toml: typed values, checked when read. Every key has a sane default."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pipeline.errors import FootprintError
from pipeline.market import VENUES, Market, MarketSettings

FILE: Final = "footprint.toml"
PRESETS: Final = ("default", "sample", "demo")
_SECTIONS: Final = {"lake": {"root"}, "raw": {"source", "market", "files"}, "schedule": {"hourly", "daily"}}


@dataclass(frozen=True, slots=True)
class RawFiles:
    """Raw files of one market: a glob relative to the configuration file."""

    source: str
    market: Market
    files: str


@dataclass(frozen=True, slots=True)
class Config:
    """What the user chose. `folder` is where the configuration file lies."""

    folder: Path = field(default_factory=Path)
    root: Path = field(default_factory=lambda: Path("data/lake"))
    markets: Mapping[Market, MarketSettings] = field(default_factory=dict)
    raw: tuple[RawFiles, ...] = ()
    preset: str = "default"
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


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
    try:
        raw = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise FootprintError("FP010", str(error), where=str(path)) from error
    _known(raw, {*_SECTIONS, "market", "params", "pair"}, path, "section")
    _known(raw.get("lake", {}), _SECTIONS["lake"], path, "key in [lake]")
    params = dict(raw.get("params", {}))
    preset = params.pop("preset", "default")
    if preset not in PRESETS:
        raise _bad(path, f"preset is {preset!r}, expected one of {', '.join(PRESETS)}")
    root = Path(raw.get("lake", {}).get("root", "data/lake"))
    return Config(
        folder=path.parent,
        root=root if root.is_absolute() else path.parent / root,
        markets=dict(_market(item, path) for item in raw.get("market", [])),
        raw=tuple(_raw(item, path) for item in raw.get("raw", [])),
        preset=preset,
        params={name: _table(values, path, f"[params.{name}]") for name, values in params.items()},
    )


def _market(item: Mapping[str, Any], path: Path) -> tuple[Market, MarketSettings]:
    names = {spec.name for spec in fields(MarketSettings)}
    _known(item, {"venue", "symbol", *names}, path, "key in [[market]]")
    values: dict[str, Any] = {name: value for name, value in item.items() if name in names}
    values |= {"prefer": tuple(values["prefer"])} if "prefer" in values else {}
    for name in ("tick", "silence_s", "funding_interval_h"):
        if name in values and not (isinstance(values[name], int | float) and values[name] > 0):
            raise _bad(path, f"{name} is {values[name]!r}, expected a number > 0")
    return market_of(str(item.get("venue", "")), str(item.get("symbol", "")), str(path)), MarketSettings(**values)


def market_of(venue: str, symbol: str, where: str = "") -> Market:
    """A market of a known venue; FP009 with the nearest name if the venue is unknown."""
    if venue not in VENUES:
        raise unknown("venue", venue, VENUES, where)
    if not symbol:
        raise FootprintError("FP010", "a market needs a symbol", where=where)
    return Market(venue, symbol)


def _raw(item: Mapping[str, Any], path: Path) -> RawFiles:
    _known(item, _SECTIONS["raw"], path, "key in [[raw]]")
    if missing := _SECTIONS["raw"] - set(item):
        raise _bad(path, f"[[raw]] lacks {', '.join(sorted(missing))}")
    try:
        named = Market.parse(item["market"])
    except ValueError as error:
        raise _bad(path, str(error)) from error
    return RawFiles(item["source"], market_of(named.venue, named.symbol, str(path)), item["files"])


def _table(values: Any, path: Path, name: str) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise _bad(path, f"{name} is {values!r}, expected parameters as signal.parameter = value")
    return values


def _known(given: Mapping[str, Any], names: set[str], path: Path, what: str) -> None:
    for name in given:
        if name not in names:
            raise unknown(what, name, names, str(path), code="FP010")


def unknown(what: str, name: str, names: Any, where: str = "", *, code: str = "FP009") -> FootprintError:
    """The error for a name that is none, with the nearest that is."""
    near = get_close_matches(name, list(names), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else ""
    return FootprintError(code, f"{name!r} is no {what}; there are: {', '.join(sorted(names))}", where=where, hint=hint)


def _bad(path: Path, why: str) -> FootprintError:
    return FootprintError("FP010", why, where=str(path))
