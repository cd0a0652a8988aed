"""What a user wants fetched."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from pipeline.errors import FootprintError


@dataclass(frozen=True, slots=True)
class Request:
    """Types of data of one market, for the UTC days from `since` to `until`; `interval` of bars and samples, as the
    source writes it, None = the finest usual one."""

    venue: str
    symbol: str
    types: tuple[str, ...]
    since: date
    until: date
    interval: str | None = None


def nothing_like(what: str, name: str, names: Iterable[str], *, where: str = "", hint: str = "") -> FootprintError:
    """FP023 for a name that is none, with those that are or, of very many, the nearest."""
    known = sorted(names)
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    there_are = f"; there are: {', '.join(known)}" if 0 < len(known) <= 40 else ""
    did_you_mean = f"did you mean {' or '.join(near)}?" if near else ""
    return FootprintError("FP023", f"{name!r} is no {what}{there_are}", where=where, hint=hint or did_you_mean)
