"""A case: one signal, the frames it reads and the span it covers; everything a check needs to run it again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import polars as pl

from signals.table import Signal, Span, Table

Frames = Mapping[str, pl.DataFrame]

WHOLE = 1 << 18


@dataclass(frozen=True)
class Case:
    """`inputs` by input name, as `Compute` finds them."""

    signal: Signal
    inputs: Frames
    span: Span
    params: Mapping[str, Any] = field(default_factory=dict)

    def run(self, *, chunk_rows: int = WHOLE) -> dict[str, pl.DataFrame]:
        """The signal's outputs; inputs and outputs satisfy their contracts."""
        for name, (table, frame) in self.records().items():
            assert frame.schema == table.schema, f"the check itself spoiled {name}"
        lazy = {name: frame.lazy() for name, frame in self.inputs.items()}
        params = {**self.signal.params, **self.params}
        made = self.signal.compute(lazy, span=self.span, chunk_rows=chunk_rows, **params)
        assert set(made) == {table.name for table in self.signal.outputs}
        for table in self.signal.outputs:
            table.check(made[table.name])
        return made

    @cached_property
    def whole(self) -> dict[str, pl.DataFrame]:
        """What `run` gives: run once, for everything made from part of it is compared with this."""
        return self.run()

    def with_inputs(self, inputs: Frames, until: datetime | None = None) -> "Case":
        span = self.span if until is None else replace(self.span, until=min(self.span.until, until))
        return replace(self, inputs=inputs, span=span)

    def reach(self) -> dict[str, timedelta]:
        """How far before the day each input is read, by name."""
        params = {**self.signal.params, **self.params}
        return {source.name: source.reach(params) for source in self.signal.inputs}

    def records(self) -> dict[str, tuple[Table, pl.DataFrame]]:
        """Inputs that come in the course of time, by name. What is said of a market once and for all
        (`instruments`) is no record: it is stated before the market is read."""
        tables = {source.name: source.table for source in self.signal.inputs}
        return {name: (tables[name], frame) for name, frame in self.inputs.items() if "date" in tables[name].partition}
