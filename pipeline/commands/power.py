"""The command power: would a pressure of inventory be found, if it were there?"""

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from pipeline.judge.power import Tell

PressureOption = Annotated[
    list[float] | None, Parameter(name="--pressure", negative="", validator=Number(gte=0, lte=1_000))
]


def power(
    *,
    seeds: Annotated[int, Parameter(validator=Number(gte=2))] = 20,
    first_seed: Annotated[int, Parameter(validator=Number(gte=0))] = 1,
    days: Annotated[int, Parameter(validator=Number(gte=30, lte=5_000))] = 1_500,
    pressure: PressureOption = None,
    json_to: Annotated[Path | None, Parameter(name="--json")] = None,
    docs: Path | None = None,
    workers: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
) -> int:
    """Trade the inventory reversion rule, and its controls, in simulated worlds whose inventory pressure is known.

    Parameters
    ----------
    seeds
        How many worlds at each pressure; errors are between them, so at least 2.
    first_seed
        The first of them. 1 to 20 are for results, 1001 to 1020 for choosing constants.
    days
        How long each world is; scores need the first ten days.
    pressure
        Bps that one standard deviation of the makers' inventory moves the price by; several are shown side by side.
        Default 0, 5, 20 and 100.
    json_to
        Write the numbers to this file as JSON too.
    docs
        Write docs/power.md, or another Markdown file.
    workers
        Worlds simulated side by side. Default: as many as there are processors.
    """
    from backtest.power.power_text import text
    from pipeline.judge.power import PRESSURES_BPS, Design, power_curve
    from pipeline.judge.power_report import document, objects
    from pipeline.rowfile import whole_file

    design = Design(days=days, pressures_bps=tuple(sorted(set(pressure))) if pressure else PRESSURES_BPS)
    chosen, side_by_side = range(first_seed, first_seed + seeds), workers or os.cpu_count() or 1
    with ExitStack() as stack:  # whether the files can be written is known before the work begins
        numbers, page = (path and stack.enter_context(whole_file(path)) for path in (json_to, docs))
        n_worlds = len(chosen) * len(design.pressures_bps)
        print(f"simulating {n_worlds} worlds of {days} days, {side_by_side} at a time", file=sys.stderr, flush=True)
        curve = power_curve(chosen, design, workers=side_by_side, tell=_teller(n_worlds))
        print(text(curve))
        if numbers:
            numbers.write_text(json.dumps(objects(curve), indent=1, allow_nan=False) + "\n")
        if page:
            page.write_text(document(curve, seeds=chosen, design=design))
    for path in (json_to, docs):
        if path is not None:
            print(f"written: {path}", file=sys.stderr)
    return 0


def _teller(n_worlds: int) -> "Tell":
    """Says on stderr which world is done."""
    done = 0

    def tell(seed: int, pressure_bps: float, seconds: float) -> None:
        nonlocal done
        done += 1
        said = f"[{done}/{n_worlds}] seed {seed}, {pressure_bps:g} bps  {seconds:.1f} s"
        print(said, file=sys.stderr, flush=True)

    return tell
