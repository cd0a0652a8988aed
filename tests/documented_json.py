"""What docs/json.md promises of the JSON of a command, held against what the command wrote."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_DOCS = (Path(__file__).parents[1] / "docs" / "json.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `(\w+)` \| ([a-z ]+) \|", re.MULTILINE)


def check_promises(command: str, told: Mapping[str, Any]) -> None:
    """The keys of the document in their order, each of its kind."""
    (section,) = re.findall(rf"^## footprint {command} .*?(?=^## |\Z)", _DOCS, re.MULTILINE | re.DOTALL)
    promised = dict(_ROW.findall(section))
    assert list(told) == list(promised)
    for key, value in told.items():
        assert _kind(value) in promised[key].split(" or "), (command, key, value)


def _kind(value: object) -> str:
    kinds = {dict: "object", list: "list", str: "text", int: "number", float: "number", type(None): "null"}
    return kinds[type(value)]
