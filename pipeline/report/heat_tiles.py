"""The picture of a heatmap as it goes into a page: packed tiles, and a coarse picture to begin with.

A code is a level + 1, and 0 where the book is unknown: so the greater of two codes is the one to be seen, and what is
known is seen before what is not.
"""

import zlib
from base64 import b85encode
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pipeline.report.book_heat import BookHeat

TILE: Final = 4_096
POOLS: Final = (1, 4, 16, 64)
"""Columns joined at each level of the pyramid; only the first is stored, the page makes the others."""
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=/?@^_`{|}~"
"""Digits of the base 85: none that a page or a script writes in another way."""
_SAFE: Final = bytes.maketrans(b"&<>", b",./")
_FIRST_COLUMNS: Final = 2_048


def codes(heat: "BookHeat") -> NDArray[np.uint8]:
    """Shape (columns, buckets)."""
    return heat.levels + np.uint8(1)  # 255 wraps to 0


def tiles(code: NDArray[np.uint8]) -> list[str]:
    """TILE columns each: bucket by bucket the change from column to column (modulo 256), deflated, as text."""
    return [_packed(code[begin : begin + TILE].T) for begin in range(0, code.shape[0], TILE)]


def _packed(rows: NDArray[np.uint8]) -> str:
    """Filtered as PNG does it, for sizes stand still; in base 85, which is 6 % shorter than base 64."""
    packing = zlib.compressobj(6, strategy=zlib.Z_FILTERED)
    packed = packing.compress(np.diff(rows, axis=1, prepend=np.uint8(0)).tobytes()) + packing.flush()
    return b85encode(packed).translate(_SAFE).decode()


def pooled(code: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """The greatest of each `columns` columns; the last may be of fewer."""
    missing = -code.shape[0] % columns
    whole = np.concatenate((code, np.zeros((missing, code.shape[1]), np.uint8)))
    return whole.reshape(-1, columns, code.shape[1]).max(axis=1)


def first_picture(code: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """The finest pooling of at most _FIRST_COLUMNS columns (else the coarsest), and how many it joins."""
    for columns in POOLS:
        if -(-code.shape[0] // columns) <= _FIRST_COLUMNS:
            break
    return pooled(code, columns), columns
