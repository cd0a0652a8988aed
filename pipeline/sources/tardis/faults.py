"""Why a line of a Tardis CSV cannot be taken, in words."""

import re
from dataclasses import dataclass

from pipeline.sources.batch import LONGEST, PLAIN, brief
from pipeline.sources.reading.times import EARLIEST, LATEST
from pipeline.sources.tardis.layout import Layout
from pipeline.sources.tardis.lines import AHEAD

_TIME = re.compile(r"[0-9]{16}")
_SIDES = {True: ("bid", "ask"), False: ("buy", "sell", "unknown")}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line. `foreign` is the market it names if that is another; `moment` is timestamp,
    local_timestamp and is_snapshot, by which it belongs to a message, None if it does not tell."""

    reason: str
    raw: bytes
    foreign: str = ""
    moment: tuple[int, int, int] | None = None


def explain(raw: bytes, layout: Layout) -> Fault:
    """The first fault of a line that is known to have one."""
    fields = [field.decode(errors="replace") for field in raw.split(b",")]
    if len(fields) != len(layout.names):
        return Fault(f"expected {len(layout.names)} fields, found {len(fields)}", raw)
    value = dict(zip(layout.names, fields, strict=True))
    for name, expected in (("exchange", layout.exchange), ("symbol", layout.symbol)):
        if value[name] != expected:
            return Fault(
                f"foreign {name} {brief(repr(value[name]))}, expected {expected!r}", raw, brief(value[name], 40)
            )
    for name in ("timestamp", "local_timestamp"):
        if not _is_time(value[name]):
            return Fault(
                f"{name} is {_shown(value[name])}, expected microseconds since 1970 between 2009 and 2100", raw
            )
    event, recv = int(value["timestamp"]), int(value["local_timestamp"])
    if event > recv + AHEAD:
        return Fault(f"timestamp lies {(event - recv) / 1e6:,.0f} s after local_timestamp, expected at most 60 s", raw)
    if layout.is_book and value["is_snapshot"] not in ("true", "false"):
        return Fault(f"is_snapshot is {_shown(value['is_snapshot'])}, expected true or false", raw)
    moment = event, recv, int(value.get("is_snapshot") == "true")
    if value["side"] not in _SIDES[layout.is_book]:
        expected = " or ".join(_SIDES[layout.is_book])
        return Fault(f"side is {_shown(value['side'])}, expected {expected}", raw, moment=moment)
    if not layout.is_book and not value["id"]:
        return Fault("id is empty, and a print without one cannot be told from its copy", raw, moment=moment)
    for name, may_be_zero in (("price", False), ("amount", layout.is_book)):
        if not _is_number(value[name], may_be_zero):
            expected = "a number >= 0" if may_be_zero else "a number > 0"
            return Fault(f"{name} is {_shown(value[name])}, expected {expected}", raw, moment=moment)
    raise RuntimeError(f"line was refused and nothing is wrong with it: {raw!r}")


def _is_time(text: str) -> bool:
    return _TIME.fullmatch(text) is not None and EARLIEST <= int(text) < LATEST


def _is_number(text: str, may_be_zero: bool) -> bool:
    plain = re.fullmatch(PLAIN, text) is not None and len(text) <= LONGEST
    return plain and (float(text) > 0 or (may_be_zero and float(text) == 0))


def _shown(text: str) -> str:
    return brief(repr(text))
