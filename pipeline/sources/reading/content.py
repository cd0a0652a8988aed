"""What a record says as one number: equal numbers are the same record, whatever the text it was written in."""

from hashlib import blake2b
from typing import Any, Final

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from pipeline.sources.batch import BadRecordError

_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_ABSENT: Final = np.uint64(0xD1B54A32D192ED03)
Words = NDArray[np.uint64]


def content_digests(frame: pl.DataFrame) -> pl.Series:
    """A digest of each row's values in the order of the columns; the same on every machine and in every version."""
    if frame.is_empty():  # without a value, NumPy cannot be told the type of one
        return pl.Series("digest", [], dtype=pl.Int64)
    state = np.zeros(frame.height, np.uint64)
    for column in frame.iter_columns():
        words = np.where(column.is_null().to_numpy(), _ABSENT, _words(column))
        state = _mixed(state + _STEP ^ words)
    return pl.Series("digest", state.view(np.int64))


def _words(column: pl.Series) -> Words:
    """The values as 64 bits each; what stands for null does not matter."""
    if column.is_empty():
        return np.empty(0, np.uint64)
    if column.dtype == pl.String:
        texts = column.unique()
        hashed = [0 if text is None else _hash(text) for text in texts.to_list()]
        whole = column.replace_strict(texts, pl.Series(hashed, dtype=pl.UInt64), return_dtype=pl.UInt64)
        return whole.cast(pl.UInt64).fill_null(0).to_numpy()
    if column.dtype.is_float():
        return (column.fill_null(0.0).to_numpy().astype(np.float64) + 0.0).view(np.uint64)  # -0.0 is 0.0
    return column.to_physical().cast(pl.Int64).fill_null(0).to_numpy().view(np.uint64)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _mixed(words: Words) -> Words:
    """The finaliser of splitmix64: a changed bit of a word changes half of the result's."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def json_digest(data: Any) -> int:
    """Of a JSON value, whatever the order of its keys; BadRecordError if it is nested too deeply to be a message."""
    try:
        content = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except TypeError as deep:
        raise BadRecordError(f"nested too deeply: {deep}") from deep
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True)
