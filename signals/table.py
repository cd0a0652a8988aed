"""The contracts: what a column, a table and a signal are.

A table is written down once, here in the code beside its producer. Validation,
the Parquet schema, the DuckDB comments and docs/data_dictionary.md all derive
from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import polars as pl

UTC_US = pl.Datetime("us", "UTC")

Role = Literal["own", "reference", "opening", "peers"]
"""Whose partition an input is: the market's own, its reference market's, the
market's own of the day before (the state in which the day opens), or those of its
peers, one market after the other in a single frame."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `unit` is what the number counts, `meaning` what it says."""

    name: str
    dtype: pl.DataType
    unit: str
    meaning: str


class ContractError(ValueError):
    """A frame is not what its table says."""


@dataclass(frozen=True, slots=True)
class Table:
    """A named set of columns; rows are unique by `key` and sorted by it."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    partition: tuple[str, ...] = ("venue", "symbol", "date")

    @property
    def schema(self) -> pl.Schema:
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.schema)

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` if it has exactly this table's columns, types, order and key.

        Raises ContractError with what was expected and what came.
        """
        if frame.schema != self.schema:
            wanted, came = dict(self.schema), dict(frame.schema)
            off = [
                f"{name}: expected {wanted.get(name, 'no such column')}, got {came.get(name, 'nothing')}"
                for name in [*wanted, *(extra for extra in came if extra not in wanted)]
                if wanted.get(name) != came.get(name)
            ]
            raise ContractError(f"table {self.name}: " + ("; ".join(off) or "columns in another order"))
        null_keys = [name for name in self.key if frame[name].null_count()]
        if null_keys:
            raise ContractError(f"table {self.name}: null in key column {', '.join(null_keys)}")
        if not _strictly_increasing(frame, self.key):
            raise ContractError(f"table {self.name}: rows are not unique and sorted by {self.key}")
        return frame


def _strictly_increasing(frame: pl.DataFrame, key: tuple[str, ...]) -> bool:
    """True if each row's key is greater than the one before it."""
    if frame.height < 2 or not key:
        return True
    if all(frame[name].is_sorted() for name in key[:-1]) and _rises(frame[key[-1]]):  # quick, and nearly always so
        return True
    greater, equal = pl.lit(False), pl.lit(True)
    for name in key:
        now, before = pl.col(name), pl.col(name).shift()
        greater = greater | (equal & (now > before))
        equal = equal & (now == before)
    return bool(frame.lazy().select((greater).slice(1).all()).collect().item())


def _rises(column: pl.Series) -> bool:
    return bool((column.slice(1) > column.head(-1)).all())


@dataclass(frozen=True, slots=True)
class Span:
    """The time a computation covers: bars with `start < bar_end <= until`.

    `until` is the instant up to which the inputs are complete: the end of the day
    once it was seen, else the last event seen. `is_continued` says that the market was
    recorded before `start`: bars begin there, else with the first event.
    """

    start: datetime
    until: datetime
    is_continued: bool = False


class Compute(Protocol):
    """What a signal runs: frames in, one frame per output table out.

    `inputs` is keyed by table name for the market's own tables and by
    `role/table` for the others ("opening/book_close", "reference/book_state").
    A signal that reads peers is given their names too, as `peers`.
    `chunk_rows` bounds how many rows are held at once; it never changes a result.
    """

    def __call__(
        self, inputs: Mapping[str, pl.LazyFrame], *, span: Span, chunk_rows: int, **params: Any
    ) -> dict[str, pl.DataFrame]: ...


Params = Mapping[str, Any]
"""Research choices by name; part of the fingerprint of what they made."""


@dataclass(frozen=True, slots=True)
class Input:
    """A table a signal reads, whose, and how far before the day: a time, or a function of the parameters."""

    table: Table
    role: Role = "own"
    history: timedelta | Callable[[Params], timedelta] = timedelta(0)

    @property
    def name(self) -> str:
        """The key under which `Compute` finds it."""
        return self.table.name if self.role == "own" else f"{self.role}/{self.table.name}"

    def reach(self, params: Params) -> timedelta:
        """How far before the day its rows are read with these parameters."""
        return self.history(params) if callable(self.history) else self.history


@dataclass(frozen=True, slots=True)
class Signal:
    """A computation over one market-day.

    `version` is raised by hand whenever results change. `params` are the research choices and their
    defaults; `presets` says by name what a preset changes in them. `kinds` are the kinds of instrument it
    is made for; none named: all but chains of options, which are no single market.
    """

    name: str
    version: int
    meaning: str
    inputs: tuple[Input, ...]
    outputs: tuple[Table, ...]
    compute: Compute
    params: Params = field(default_factory=dict)
    presets: Mapping[str, Params] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()

    def params_of(self, preset: str, chosen: Params) -> dict[str, Any]:
        """The defaults, changed by the preset, changed by what was chosen."""
        return {**self.params, **self.presets.get(preset, {}), **chosen}

    def preset_of(self, preset: str) -> str:
        """The preset that makes a difference here."""
        return preset if preset in self.presets else "default"
