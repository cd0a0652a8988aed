"""What came of the files of a request."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

State = Literal["fetched", "unverified", "have", "absent", "pending", "mismatch", "failed", "not tried"]
STATES: Final = ("fetched", "unverified", "have", "pending", "absent", "mismatch", "failed", "not tried")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file. `bytes` it has; `note` says what a user should know, `error` what went wrong, in full."""

    path: str
    url: str
    state: State
    bytes: int = 0
    seconds: float = 0.0
    note: str = ""
    error: str = ""


def size_text(count: int) -> str:
    """Bytes for a person: 512 B, 10.8 KB, 16.1 MB."""
    size = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1_000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1_000
    return f"{size:.1f} TB"


def totals(outcomes: Iterable[Outcome]) -> str:
    """How many files ended how, as `fetched 5 (80.3 MB)  have 2  pending 1`."""
    told = list(outcomes)
    parts = []
    for state in STATES:
        of_state = [outcome for outcome in told if outcome.state == state]
        if of_state or state in {"fetched", "have"}:
            came = state in {"fetched", "unverified"} and of_state
            parts.append(
                f"{state} {len(of_state)}" + (f" ({size_text(sum(o.bytes for o in of_state))})" if came else "")
            )
    return "  ".join(parts)
