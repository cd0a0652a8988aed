"""footprint.toml: typed values, checked when read. Every key has a sane default."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from backtest.trading.fees import FeeSchedule
from pipeline.contract_rules import counts_contracts
from pipeline.errors import FootprintError
from pipeline.fetch.settings import FetchSettings, setting_fault
from pipeline.market import BEGINNING, KINDS, VENUES, Market, MarketSettings
from pipeline.schedule import Schedule, cron_fault

if TYPE_CHECKING:  # it brings the signals along, and help must not wait for them
    from pipeline.wanted import Changes

FILE: Final = "footprint.toml"
PRESETS: Final = ("default", "sample", "demo")
_SHAPES: Final[Mapping[str, type]] = {
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
_SECTIONS: Final = {
    "lake": {"root"},
    "raw": {"source", "market", "files"},
    "schedule": {"hourly", "daily", "record"},
    "pair": {"own", "reference"},
    "group": {"own", "peers"},
    "fees": {"venue", "tier", "maker_bps", "taker_bps", "source"},
    "backtest": {"grid"},
    "record": {"markets", "feeds", "every", "seconds", "to", "stream", "base_url"},
    "fetch": {spec.name for spec in fields(FetchSettings)},
}
GRID_AXES: Final = frozenset(
    {
        "half_life_min",
        "z_in",
        "z_out",
        "z_rearm",
        "q_in",
        "pullback",
        "pullback_sigmas",
        "stop",
        "arm_h",
        "hold_h",
        "cooldown_h",
        "lookback_min",
    }
)
"""What of the reversion rule [backtest.grid] may vary; pullback and pullback_sigmas are one axis."""


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


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


_HIGHEST_FEE_BPS: Final = 1_000
_POSITIVE: Final = ("a number > 0", lambda value: _is_number(value) and value > 0)
_RULES: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    "kind": (f"one of {', '.join(KINDS)}", lambda value: value in KINDS),
    "tick": _POSITIVE,
    "contract_size": _POSITIVE,
    "silence_s": _POSITIVE,
    "funding_interval_h": _POSITIVE,
    "lot_size": _POSITIVE,
    "qty_decimals": ("a whole number from 0 to 12", lambda value: type(value) is int and 0 <= value <= 12),
    "max_quarantine": ("a share from 0 to 1", lambda value: _is_number(value) and 0 <= value <= 1),
    "prefer": (
        "a list of sources",
        lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
    ),
}
"""What a setting of a market must be, in words and as a check."""


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
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FootprintError("FP010", str(error), where=str(path)) from error
    for name, kind in _SHAPES.items():
        if not isinstance(raw.get(name, kind()), kind):
            raise _bad(path, f"{name} is written as [[{name}]] once per {name}" if kind is list else f"write [{name}]")
    _known(raw, {*_SECTIONS, "market", "params"}, path, "section")
    _known(raw.get("lake", {}), _SECTIONS["lake"], path, "key in [lake]")
    params = dict(raw.get("params", {}))
    preset = params.pop("preset", "default")
    if preset not in PRESETS:
        raise _bad(path, f"preset is {preset!r}, expected one of {', '.join(PRESETS)}")
    markets, changes = _markets(raw.get("market", []), path)
    root = Path(_text(raw.get("lake", {}), "root", path, "data/lake"))
    return Config(
        folder=path.parent,
        root=root if root.is_absolute() else path.parent / root,
        markets=markets,
        changes=changes,
        raw=tuple(_raw(item, path) for item in raw.get("raw", [])),
        pairs=dict(_pair(item, path) for item in raw.get("pair", [])),
        groups=_groups(raw.get("group", []), path),
        preset=preset,
        params={name: _table(values, path, f"[params.{name}]") for name, values in params.items()},
        schedule=_schedule(raw.get("schedule", {}), path),
        fees=_fees(raw.get("fees", []), path),
        grid=_grid(raw.get("backtest", {}), path),
        record=_record(raw.get("record", {}), path),
        fetch=_fetch(raw.get("fetch", {}), path),
    )


def _markets(items: Sequence[Any], path: Path) -> "tuple[dict[Market, MarketSettings], dict[Market, Changes]]":
    """By market, its settings from the beginning, and those that change later by the day from which they hold."""
    found: dict[Market, dict[date | None, Mapping[str, Any]]] = {}
    for item in items:
        market, begin, values = _market(item, path)
        stated = found.setdefault(market, {})
        if begin in stated:
            when = f"valid_from = {begin}" if begin else "no valid_from"
            raise _bad(path, f"[[market]] is stated twice for {market} with {when}")
        stated[begin] = values
    for market, stated in found.items():
        if None not in stated:
            raise _bad(
                path,
                f"[[market]] of {market} begins with valid_from = {min(filter(None, stated))} and says nothing of the "
                f"days before: state what held then without valid_from",
            )
    markets = {market: MarketSettings(**stated[None]) for market, stated in found.items()}
    changes = {
        market: tuple((begin, stated[begin]) for begin in sorted(filter(None, stated)))
        for market, stated in found.items()
    }
    return markets, changes


def _market(item: Any, path: Path) -> tuple[Market, date | None, Mapping[str, Any]]:
    """One [[market]]: the market, from when it holds, and what it states."""
    item = _table(item, path, "[[market]]")
    names = {spec.name for spec in fields(MarketSettings)}
    _known(item, {"venue", "symbol", "valid_from", *names}, path, "key in [[market]]")
    values: dict[str, Any] = {name: value for name, value in item.items() if name in names}
    for name, value in values.items():
        expected, is_right = _RULES[name]
        if not is_right(value):
            raise _bad(path, f"{name} is {value!r}, expected {expected}")
    values |= {"prefer": tuple(values["prefer"])} if "prefer" in values else {}
    market = market_of(str(item.get("venue", "")), str(item.get("symbol", "")), str(path))
    if "contract_size" in values and not counts_contracts(market):
        raise contract_size_unused(market, str(path))
    begin = item.get("valid_from")
    if begin is not None and (type(begin) is not date or begin <= BEGINNING):
        raise _bad(path, f"valid_from is {begin!r}, expected a day, without quotes and time, as 2024-03-01")
    return market, begin, values


def contract_size_unused(market: Market, where: str = "") -> FootprintError:
    """The error for a contract size where sizes are no contracts."""
    why = f"contract_size is of no use on {market.venue}: sizes of {market.symbol} are in base units, not contracts"
    return FootprintError("FP010", why, where=where)


def market_of(venue: str, symbol: str, where: str = "") -> Market:
    """A market of a known venue; FP009 with the nearest name if the venue is unknown."""
    if venue not in VENUES:
        raise unknown("venue", venue, VENUES, where)
    if not symbol:
        raise FootprintError("FP010", "a market needs a symbol", where=where)
    return Market(venue, symbol)


def _raw(item: Any, path: Path) -> RawFiles:
    item = _table(item, path, "[[raw]]")
    _known(item, _SECTIONS["raw"], path, "key in [[raw]]")
    if missing := _SECTIONS["raw"] - set(item):
        raise _bad(path, f"[[raw]] lacks {', '.join(sorted(missing))}")
    return RawFiles(_text(item, "source", path), _named(item, "market", path), _text(item, "files", path))


def _pair(item: Any, path: Path) -> tuple[Market, Market]:
    """A market and the one it is compared with."""
    item = _table(item, path, "[[pair]]")
    _known(item, _SECTIONS["pair"], path, "key in [[pair]]")
    if missing := _SECTIONS["pair"] - set(item):
        raise _bad(path, f"[[pair]] lacks {', '.join(sorted(missing))}")
    own, reference = (_named(item, name, path) for name in ("own", "reference"))
    if own == reference:
        raise _bad(path, f"[[pair]] compares {own} with itself")
    return own, reference


def _groups(items: Sequence[Any], path: Path) -> dict[Market, tuple[Market, ...]]:
    """By market, the peers it is summed up with."""
    groups: dict[Market, tuple[Market, ...]] = {}
    for item in items:
        own, peers = _group(_table(item, path, "[[group]]"), path)
        if own in groups:
            raise _bad(path, f"[[group]] is stated twice for {own}: name all its peers in one")
        groups[own] = peers
    return groups


def _group(item: Mapping[str, Any], path: Path) -> tuple[Market, tuple[Market, ...]]:
    """A market and its peers: others than itself, each once."""
    _known(item, _SECTIONS["group"], path, "key in [[group]]")
    if missing := _SECTIONS["group"] - set(item):
        raise _bad(path, f"[[group]] lacks {', '.join(sorted(missing))}")
    own, names = _named(item, "own", path), item["peers"]
    if not isinstance(names, list) or not names:
        raise _bad(path, f"peers is {names!r}, expected a list of markets")
    peers = tuple(_named({"peers": name}, "peers", path) for name in names)
    for number, peer in enumerate(peers):
        if peer == own or peer in peers[:number]:
            raise _bad(path, f"[[group]] of {own} counts {peer} twice" + " (own is part of it)" * (peer == own))
    return own, peers


def _named(item: Mapping[str, Any], name: str, path: Path) -> Market:
    """The market that a key names as venue/symbol."""
    try:
        named = Market.parse(_text(item, name, path))
    except ValueError as error:
        raise _bad(path, f"{name}: {error}") from error
    return market_of(named.venue, named.symbol, str(path))


def _schedule(item: Mapping[str, Any], path: Path) -> Schedule:
    _known(item, _SECTIONS["schedule"], path, "key in [schedule]")
    crons = {name: _text(item, name, path) for name in item}
    for name, cron in crons.items():
        if fault := cron_fault(cron):
            raise _bad(path, f"{name} is {cron!r}: {fault}")
    return Schedule(**crons)


def _fees(items: Sequence[Any], path: Path) -> tuple[FeeSchedule, ...]:
    """Fee schedules, one for each tier of a venue."""
    found: dict[tuple[str, str], FeeSchedule] = {}
    for item in items:
        one = _fee_schedule(_table(item, path, "[[fees]]"), path)
        if (one.venue, one.tier) in found:
            raise _bad(path, f"[[fees]] is stated twice for tier {one.tier!r} of {one.venue}")
        found[one.venue, one.tier] = one
    return tuple(found.values())


def _fee_schedule(item: Mapping[str, Any], path: Path) -> FeeSchedule:
    _known(item, _SECTIONS["fees"], path, "key in [[fees]]")
    if missing := _SECTIONS["fees"] - set(item):
        raise _bad(path, f"[[fees]] lacks {', '.join(sorted(missing))}")
    venue, tier, source = (_text(item, name, path) for name in ("venue", "tier", "source"))
    if venue not in VENUES:
        raise unknown("venue", venue, VENUES, str(path))
    for name in ("maker_bps", "taker_bps"):
        if not _is_number(item[name]) or abs(item[name]) > _HIGHEST_FEE_BPS:
            raise _bad(path, f"{name} is {item[name]!r}, expected bps of the notional, as 4.5 (a rebate is below 0)")
    return FeeSchedule(venue, tier, float(item["maker_bps"]), float(item["taker_bps"]), source)


def _grid(item: Mapping[str, Any], path: Path) -> dict[str, tuple[float, ...]]:
    """By parameter of the reversion rule, the values to try."""
    _known(item, _SECTIONS["backtest"], path, "key in [backtest]")
    axes = _table(item.get("grid", {}), path, "[backtest.grid]")
    _known(axes, set(GRID_AXES), path, "key in [backtest.grid]")
    for name, values in axes.items():
        if not isinstance(values, list) or not values or not all(map(_is_number, values)):
            raise _bad(path, f"{name} is {values!r}, expected a list of numbers to try")
    return {name: tuple(dict.fromkeys(map(float, values))) for name, values in axes.items()}


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


_RECORD_RULES: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    "markets": ('a list of markets as ["binance-usdm/BTCUSDT"]', _texts),
    "feeds": ('a list of feeds as ["book", "trades"]', _texts),
    "every": ('"5s", or a list as ["5s", "book=1s"]', lambda value: isinstance(value, str) or _texts(value)),
    "seconds": _POSITIVE,
    "to": ("a folder", lambda value: isinstance(value, str) and bool(value)),
    "stream": ("true or false", lambda value: isinstance(value, bool)),
    "base_url": (
        "a URL, or a table of URLs by venue",
        lambda value: isinstance(value, str) or (isinstance(value, dict) and _texts(list(value.values()))),
    ),
}


def _record(item: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """What to record, each value of its kind."""
    _known(item, _SECTIONS["record"], path, "key in [record]")
    for name, value in item.items():
        expected, is_right = _RECORD_RULES[name]
        if not is_right(value):
            raise _bad(path, f"{name} is {value!r}, expected {expected}")
    return item


def _fetch(item: Mapping[str, Any], path: Path) -> FetchSettings:
    _known(item, _SECTIONS["fetch"], path, "key in [fetch]")
    for name, value in item.items():
        if fault := setting_fault(name, value):
            raise _bad(path, f"{name} is {value!r}, expected {fault}")
    values = dict(item)
    if "to" in values and not Path(values["to"]).is_absolute():
        values["to"] = str(path.parent / values["to"])
    return FetchSettings(**values)


def _text(item: Mapping[str, Any], name: str, path: Path, default: str = "") -> str:
    value = item.get(name, default)
    if not isinstance(value, str) or not value:
        raise _bad(path, f"{name} is {value!r}, expected text")
    return value


def _table(values: Any, path: Path, name: str) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise _bad(path, f"{name} is {values!r}, expected key = value")
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
