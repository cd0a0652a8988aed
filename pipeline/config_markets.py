"""[[market]], [[raw]], [[pair]] and [[group]] of footprint.toml: markets, their files, and which belong together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipeline.config_values import (
    POSITIVE,
    Rule,
    are_texts,
    bad,
    check_keys,
    check_rules,
    is_number,
    table,
    text,
    whole_table,
)
from pipeline.contract_rules import contract_size_unused, counts_contracts
from pipeline.market import BEGINNING, KINDS, Market, MarketSettings, market_of

if TYPE_CHECKING:  # it brings the signals along, and help must not wait for them
    from pipeline.wanted import Changes


@dataclass(frozen=True, slots=True)
class RawFiles:
    """Raw files of one market: a glob relative to the configuration file."""

    source: str
    market: Market
    files: str


_SETTINGS: Final = {spec.name for spec in fields(MarketSettings)}
_RULES: Final[Mapping[str, Rule]] = {
    "kind": (f"one of {', '.join(KINDS)}", lambda value: value in KINDS),
    "tick": POSITIVE,
    "contract_size": POSITIVE,
    "silence_s": POSITIVE,
    "funding_interval_h": POSITIVE,
    "lot_size": POSITIVE,
    "qty_decimals": ("a whole number from 0 to 12", lambda value: type(value) is int and 0 <= value <= 12),
    "max_quarantine": ("a share from 0 to 1", lambda value: is_number(value) and 0 <= value <= 1),
    "prefer": ("a list of sources", are_texts),
}


def markets_of(items: Sequence[Any], path: Path) -> "tuple[dict[Market, MarketSettings], dict[Market, Changes]]":
    """By market, its settings from the beginning, and those that change later by the day from which they hold."""
    found: dict[Market, dict[date | None, Mapping[str, Any]]] = {}
    for item in items:
        market, begin, values = _market(item, path)
        stated = found.setdefault(market, {})
        if begin in stated:
            when = f"valid_from = {begin}" if begin else "no valid_from"
            raise bad(path, f"[[market]] is stated twice for {market} with {when}")
        stated[begin] = values
    for market, stated in found.items():
        if None not in stated:
            raise bad(
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
    item = table(item, path, "[[market]]")
    check_keys(item, {"venue", "symbol", "valid_from", *_SETTINGS}, path, "key in [[market]]")
    values: dict[str, Any] = {name: value for name, value in item.items() if name in _SETTINGS}
    check_rules(values, _RULES, path)
    values |= {"prefer": tuple(values["prefer"])} if "prefer" in values else {}
    market = market_of(str(item.get("venue", "")), str(item.get("symbol", "")), str(path))
    if "contract_size" in values and not counts_contracts(market):
        raise contract_size_unused(market, str(path))
    begin = item.get("valid_from")
    if begin is not None and (type(begin) is not date or begin <= BEGINNING):
        raise bad(path, f"valid_from is {begin!r}, expected a day, without quotes and time, as 2024-03-01")
    return market, begin, values


def raw_of(item: Any, path: Path) -> RawFiles:
    """The files that one [[raw]] names."""
    item = whole_table(item, path, "[[raw]]", {"source", "market", "files"})
    return RawFiles(text(item, "source", path), _named(item, "market", path), text(item, "files", path))


def pair_of(item: Any, path: Path) -> tuple[Market, Market]:
    """A market and the one it is compared with."""
    item = whole_table(item, path, "[[pair]]", {"own", "reference"})
    own, reference = (_named(item, name, path) for name in ("own", "reference"))
    if own == reference:
        raise bad(path, f"[[pair]] compares {own} with itself")
    return own, reference


def groups_of(items: Sequence[Any], path: Path) -> dict[Market, tuple[Market, ...]]:
    """By market, the peers it is summed up with."""
    groups: dict[Market, tuple[Market, ...]] = {}
    for item in items:
        own, peers = _group(item, path)
        if own in groups:
            raise bad(path, f"[[group]] is stated twice for {own}: name all its peers in one")
        groups[own] = peers
    return groups


def _group(item: Any, path: Path) -> tuple[Market, tuple[Market, ...]]:
    """A market and its peers: others than itself, each once."""
    item = whole_table(item, path, "[[group]]", {"own", "peers"})
    own, names = _named(item, "own", path), item["peers"]
    if not isinstance(names, list) or not names:
        raise bad(path, f"peers is {names!r}, expected a list of markets")
    peers = tuple(_named({"peers": name}, "peers", path) for name in names)
    for number, peer in enumerate(peers):
        if peer == own or peer in peers[:number]:
            raise bad(path, f"[[group]] of {own} counts {peer} twice" + " (own is part of it)" * (peer == own))
    return own, peers


def _named(item: Mapping[str, Any], name: str, path: Path) -> Market:
    """The market that a key names as venue/symbol."""
    try:
        named = Market.parse(text(item, name, path))
    except ValueError as error:
        raise bad(path, f"{name}: {error}") from error
    return market_of(named.venue, named.symbol, str(path))
