"""Checked values of a TOML table: each of its kind, and no key without meaning."""

from collections.abc import Callable, Mapping, Set
from math import isfinite
from pathlib import Path
from typing import Any, Final

from pipeline.errors import FootprintError, unknown


def is_number(value: Any) -> bool:
    """Whether it is a finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def are_texts(value: Any) -> bool:
    """Whether it is a list of texts, perhaps of none."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


Rule = tuple[str, Callable[[Any], bool]]
"""What a value must be, in words and as a check."""

POSITIVE: Final[Rule] = ("a number > 0", lambda value: is_number(value) and value > 0)


def check_rules(values: Mapping[str, Any], rules: Mapping[str, Rule], path: Path) -> None:
    """Raises FP010 for the first value that is not what its rule says."""
    for name, value in values.items():
        expected, is_right = rules[name]
        if not is_right(value):
            raise bad(path, f"{name} is {value!r}, expected {expected}")


def text(item: Mapping[str, Any], name: str, path: Path, default: str = "") -> str:
    """The text under a key, never empty."""
    value = item.get(name, default)
    if not isinstance(value, str) or not value:
        raise bad(path, f"{name} is {value!r}, expected text")
    return value


def table(values: Any, path: Path, name: str) -> Mapping[str, Any]:
    """`values` if they are keys and values; `name` says in an error what they were of."""
    if not isinstance(values, Mapping):
        raise bad(path, f"{name} is {values!r}, expected key = value")
    return values


def whole_table(values: Any, path: Path, name: str, keys: Set[str]) -> Mapping[str, Any]:
    """A table with just these keys, every one of them."""
    item = table(values, path, name)
    check_keys(item, keys, path, f"key in {name}")
    if missing := keys - set(item):
        raise bad(path, f"{name} lacks {', '.join(sorted(missing))}")
    return item


def check_keys(given: Mapping[str, Any], names: Set[str], path: Path, what: str) -> None:
    """Raises FP010, with the nearest name, for a key that is not among `names`."""
    for name in given:
        if name not in names:
            raise unknown(what, name, names, str(path), code="FP010")


def bad(path: Path, why: str) -> FootprintError:
    """The error for a key or value without meaning."""
    return FootprintError("FP010", why, where=str(path))
