"""The command forecast: the signals combined, judged, saved and applied."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from pipeline.commands.options import ConfigOption, LakeOption, setup

if TYPE_CHECKING:
    from backtest.forecast.choices import Choices
    from pipeline.judge.forecast import Made, Source

SmallCount = Annotated[int, Parameter(validator=Number(gte=2, lte=200))]


def forecast(
    *,
    target: Literal["return", "volatility"] = "return",
    horizon: str = "5m",
    out: Path | None = None,
    json_to: Annotated[Path | None, Parameter(name="--json")] = None,
    html: Path | None = None,
    apply: Path | None = None,
    venue: str | None = None,
    symbol: str | None = None,
    since: str | None = None,
    until: str | None = None,
    latency_ms: Annotated[float, Parameter(validator=Number(gte=0))] = 200.0,
    lookback: str = "60m",
    sampling_s: Annotated[int, Parameter(validator=Number(gte=1))] = 10,
    cost_bps: Annotated[float, Parameter(validator=Number(gte=0))] = 9.0,
    folds: SmallCount = 5,
    draws: SmallCount = 20,
    seed: int = 1,
    lake: LakeOption = None,
    config: ConfigOption = None,
) -> int:
    """Combine the signals into a forecast under purged walk-forward, and judge it beside the best single one and zero.

    Parameters
    ----------
    target
        What is forecast: the return of the mid, or its volatility, over the horizon.
    horizon
        How far ahead, in minutes or hours, as 5m or 1h.
    out
        With --apply, the Parquet file of forecasts; else the file of the model, MODEL.skops.
    json_to
        Write every number of the judgement to this file.
    html
        Write the tearsheet, a page that opens from disk, to this file.
    apply
        Forecast with this model instead; only rows known after its fit ended.
    venue
        The market's venue, where the lake has several markets.
    symbol
        The market's symbol, where the lake has several markets.
    since
        From this day or instant on, as 2024-08-08 or 2024-08-08T12:00Z.
    until
        To the end of this day, or to before this instant.
    latency_ms
        From when a row is known to the first price it could meet.
    lookback
        How long what a row looks at is remembered: at least this much is kept out between what is fitted and tested.
    sampling_s
        Length in seconds of the returns a volatility is made of.
    cost_bps
        Cost of a round trip. Default: in and out as a taker of a base tier, without the spread.
    folds
        Refits of the walk-forward.
    draws
        Repetitions of the control by moved labels and of each importance.
    seed
        Of all randomness: the same seed gives the same numbers.
    """
    from pipeline.judge.model_file import check_skops

    chosen = setup(lake, config)
    if out is not None or apply is not None:
        check_skops()
    from pipeline.judge.forecast import read_source

    if apply is not None:
        _check_apply(out, json_to, html)
    choices = _choices(target, horizon, lookback, latency_ms, sampling_s, folds, draws, cost_bps, seed)
    source = read_source(chosen.lake.root, venue=venue, symbol=symbol, since=since, until=until)
    if apply is not None and out is not None:
        return _applied(apply, source, out)
    return _fitted(source, choices, out, json_to, html)


def _fitted(source: "Source", choices: "Choices", out: Path | None, json_to: Path | None, html: Path | None) -> int:
    from backtest.forecast.tearsheet import tearsheet
    from pipeline.judge.forecast import make_forecast, saved_forecast
    from pipeline.judge.forecast_report import report
    from pipeline.judge.model_file import save_forecast
    from pipeline.judge.trials import shortfall
    from pipeline.rowfile import whole_file

    with ExitStack() as stack:  # whether the files can be written is known before the work begins
        json_file, page = (path and stack.enter_context(whole_file(path)) for path in (json_to, html))
        made = make_forecast(source, choices)
        numbers = report(made)
        if out is not None:
            save_forecast(out, saved_forecast(made))
        if json_file:
            json_file.write_text(json.dumps(numbers, indent=1, allow_nan=False) + "\n")
        if page:
            page.write_text(tearsheet(numbers))
    print(_told(made))
    print(shortfall(source.root), end="", file=sys.stderr)
    written = [str(path) for path in (out, json_to, html) if path is not None]
    if written:
        print(f"written: {', '.join(written)}", file=sys.stderr)
    return 0


def _told(made: "Made") -> str:
    """The judgement in a few lines."""
    from backtest.verdict import LEAST_DAYS

    lines = [f"{made.source.market}: {made.choices.target} over {made.choices.horizon_min} min"]
    lines += [f"{'':12} {'rows':>6} {'R2':>9} {'95 % from':>9} {'to':>9} {'rank IC':>8}"]
    for one in made.judged.scores:
        numbers = f"{one.r2.value:9.4f} {one.r2.low:9.4f} {one.r2.high:9.4f} {one.ic.value:8.3f}"
        chosen = " chosen" if one.form == made.developed.chosen else ""
        lines.append(f"{one.form:12} {one.n:6,} {numbers.replace('nan', '  -')}{chosen}")
    for name, rho in made.developed.leaks.items():
        lines.append(f"warning: {name} looks like a leak: rank correlation {rho:.2f} with the outcome")
    days = made.judged.days
    if days < LEAST_DAYS:
        few = f"{days} day{'s' * (days != 1)}"
        lines.append(f"too little data: {few}, and no forecast is claimed from fewer than {LEAST_DAYS}")
    return "\n".join([*lines, f"verdict: {made.judged.verdict}", f"power: {made.judged.power}"])


def _applied(model: Path, source: "Source", out: Path) -> int:
    from pipeline.judge.forecast import apply_forecast

    rows, before = apply_forecast(model, source, out)
    left = f"; {before:,} rows known before its fit ended were left out" if before else ""
    print(f"{rows:,} forecasts to {out}{left}", file=sys.stderr)
    return 0


def _check_apply(out: Path | None, json_to: Path | None, html: Path | None) -> None:
    """Raises FP009 for options that --apply has no use for, or without a file to write."""
    from pipeline.errors import FootprintError

    if out is None:
        raise FootprintError("FP009", "--apply writes forecasts to a file, got none", hint="--out forecasts.parquet")
    if out.suffix != ".parquet":
        why = f"forecasts are written as .parquet, got {out.name!r}"
        raise FootprintError("FP009", why, hint=f"--out {out.with_suffix('.parquet')}")
    if json_to is not None or html is not None:
        raise FootprintError("FP009", "--json and --html are of a fit, --apply makes none", hint="leave them out")


def _choices(
    target: Literal["return", "volatility"],
    horizon: str,
    lookback: str,
    latency_ms: float,
    sampling_s: int,
    folds: int,
    draws: int,
    cost_bps: float,
    seed: int,
) -> "Choices":
    """Raises FP009 for what cannot be."""
    from backtest.forecast.choices import Choices
    from pipeline.errors import FootprintError

    try:
        return Choices(
            target=target,
            horizon_min=_minutes("--horizon", horizon),
            latency_ms=latency_ms,
            lookback_min=_minutes("--lookback", lookback),
            sampling_s=sampling_s,
            min_coverage=0.9,
            folds=folds,
            draws=draws,
            cost_bps=cost_bps,
            seed=seed,
        )
    except ValueError as wrong:
        raise FootprintError("FP009", str(wrong), hint="footprint forecast --help") from wrong


def _minutes(option: str, text: str) -> int:
    """Of "5m" or "1h". Raises ValueError for other text."""
    number, unit = text[:-1], text[-1:]
    if not (number.isascii() and number.isdigit() and int(number) > 0 and unit in ("m", "h")):
        raise ValueError(f"expected {option} in whole minutes or hours, as 5m or 1h, got {text!r}")
    return int(number) * (60 if unit == "h" else 1)
