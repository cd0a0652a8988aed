"""Fingerprints: short digests that say whether two pieces of work are the same."""

import hashlib
import json
from pathlib import Path
from typing import Any

from signals.table import Table

_BLOCK = 1 << 20


def fingerprint(**parts: Any) -> str:
    """16 hex digits over `parts`, independent of their order.

    Values must be JSON-like (dates and decimals as text), so that the digest is
    the same on every machine and in every version of Python.
    """
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def schema_digest(table: Table) -> str:
    """Changes when a column is added, dropped, renamed, retyped or reordered."""
    return fingerprint(table=table.name, schema=[[name, str(dtype)] for name, dtype in table.schema.items()])


def sha256_of(path: Path) -> str:
    """Digest of a file's bytes, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
