"""When to ask a server again: exponential backoff with full jitter, and what Retry-After says."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

RETRIED: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that a later try may change."""


class Broken(Exception):
    """A try that failed and may do better later: `retry_after_s` is what the server asked for."""

    def __init__(self, why: str, retry_after_s: float | None = None) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Retries:
    """How often, and how long to wait before: a random part of base * 2^n up to `cap_s` seconds.

    `patience_s`: a server that asks for more than this is not waited for.
    """

    attempts: int = 6
    base_s: float = 1.0
    cap_s: float = 60.0
    patience_s: float = 600.0
    draw: Callable[[], float] = random.random

    def pause_s(self, failures: int, broken: Broken) -> float | None:
        """Seconds to wait after that many failures in a row; None = give up."""
        asked = broken.retry_after_s
        if failures >= self.attempts or (asked is not None and asked > self.patience_s):
            return None
        jitter = self.draw() * min(self.cap_s, self.base_s * 2 ** (failures - 1))
        return jitter if asked is None else asked + jitter


def retry_after_s(text: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, given in seconds or as an HTTP date (RFC 9110, 10.2.3)."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
