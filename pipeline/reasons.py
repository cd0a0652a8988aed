"""Why a step is stale, in words."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

_CHANGED: Final = {
    "inputs": "input",
    "parameters": "parameter",
    "schemas": "schema of",
    "instrument": "instrument",
    "uncovered": "coverage of",
}


def why_stale(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> str:
    """In words: what differs between how the live partition was made and how it would be made now."""
    if old is None:
        return "never made"
    new = json.loads(json.dumps(new))  # as `old` was noted in its file: tuples became lists
    reasons = [reason for key, now in new.items() if old.get(key) != now for reason in _changes(key, old.get(key), now)]
    return "; ".join(reasons) or "the file is not what its name says"


def _changes(key: str, before: Any, now: Any) -> list[str]:
    if key == "peers":
        return _peer_changes(before or [], now)
    if key == "until":
        return [f"data now reaches {now[:19].replace('T', ' ')}"]
    if not isinstance(before, Mapping) or not isinstance(now, Mapping):
        return [f"{key} {before} -> {now}"]
    changed = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if key == "sources":
        return [_source_change(name, now.get(name)) for name in changed]
    if key == "raw files":
        return [_file_change(name, before.get(name), now.get(name)) for name in changed]
    if key == "parameters":
        return [f"parameter {name} changed: {before.get(name)} -> {now.get(name)}" for name in changed]
    return [f"{_CHANGED.get(key, key)} {', '.join(changed)} changed"]


def _source_change(name: str, now: Any) -> str:
    """Of a feed over several days, the last says most."""
    who = now[-1] if isinstance(now, list) and now else now
    return f"source {who} now feeds {name}" if who else f"no source feeds {name} now"


def _file_change(name: str, before: Any, now: Any) -> str:
    if before is None:
        return f"raw file {name} added"
    return f"raw file {name} withdrawn" if now is None else f"reader of raw file {name} changed"


def _peer_changes(before: Sequence[str], now: Sequence[str]) -> list[str]:
    added = [f"peer {name} added" for name in now if name not in before]
    return added + [f"peer {name} withdrawn" for name in before if name not in now]
