"""From a lake to a judged forecast and back: what is read, noted and written; the judging is in backtest.forecast."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import FootprintError
from pipeline.judge.model_file import SavedForecast, load_forecast
from pipeline.judge.read_data import data_digest
from pipeline.judge.trials import code_digest, register, registered
from pipeline.lake import Lake
from pipeline.market import VENUES, Market
from pipeline.reader import LakeReader
from pipeline.rowfile import whole_file
from pipeline.selection import Selection
from pipeline.timerange import Moment, TimeRange

if TYPE_CHECKING:
    import polars as pl

    from backtest.forecast.choices import Choices
    from backtest.forecast.judge import Developed, Judged
    from backtest.forecast.rows import ForecastRows

READ: Final = ("observations", "book_state")
_BOOK: Final = ("bar_end", "known_ts", "state", "bid_px", "ask_px")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one market of a lake. data: digest of what was read."""

    root: Path
    market: Market
    since: Moment | None
    until: Moment | None
    observations: "pl.DataFrame"
    book: "pl.DataFrame"
    data: str


@dataclass(frozen=True, slots=True)
class Opened:
    """When the test was opened; configurations of the same forecast that had been tried on the market before."""

    at: datetime
    tried_before: int


@dataclass(frozen=True, slots=True)
class Made:
    """A forecast from end to end."""

    source: Source
    choices: "Choices"
    rows: "ForecastRows"
    developed: "Developed"
    opened: Opened
    judged: "Judged"

    @property
    def about(self) -> dict[str, Any]:
        """What a saved model has to say of itself."""
        from backtest.forecast.choices import UNITS
        from backtest.forecast.features import feature_units

        units, learn = feature_units(), self.developed.learn
        return {
            "venue": self.source.market.venue,
            "symbol": self.source.market.symbol,
            "target": self.choices.target,
            "unit": UNITS[self.choices.target],
            "horizon_min": self.choices.horizon_min,
            "latency_ms": self.choices.latency_ms,
            "sampling_s": self.choices.sampling_s,
            "form": self.developed.chosen,
            "chosen": dict(self.developed.walked[self.developed.chosen].model.chosen),
            "features": list(self.rows.names),
            "feature_units": [units[name] for name in self.rows.names],
            "fitted_rows": int(learn.y.size),
            "fit_begin": moment(int(learn.samples.known[0])).isoformat(),
            "fit_end": moment(self.developed.fit_end).isoformat(),
            "fit_end_us": self.developed.fit_end,
            "data": self.source.data,
            "code": code_digest(),
            "versions": {name: version(name) for name in ("scikit-learn", "numpy", "skops", "polars")},
        }


def moment(microseconds: int) -> datetime:
    """In UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def read_source(
    root: Path, *, venue: str | None, symbol: str | None, since: Moment | None, until: Moment | None
) -> Source:
    """The rows of the one market that is meant. Raises FP007, FP009 for an unclear market, FP014 without rows."""
    import polars as pl

    reader, lake = LakeReader(root), Lake(root)
    reader.read("observations", symbol=symbol, venue=venue)  # names the nearest market if there is none
    found = sorted(
        {
            file.market
            for file in lake.live("observations")
            if venue in (None, file.market.venue) and symbol in (None, file.market.symbol)
        }
    )
    if not found:
        raise FootprintError("FP014", "no observations in this lake", where=str(root), hint="footprint compute")
    if len(found) > 1:
        named = ", ".join(map(str, found))
        nearest = min(found, key=lambda market: VENUES.get(market.venue) == "spot")
        hint = f"--venue {nearest.venue} --symbol {nearest.symbol}"
        raise FootprintError("FP009", f"expected one market, got {len(found)}: {named}", where=str(root), hint=hint)
    market = found[0]
    asked = {"symbol": market.symbol, "venue": market.venue, "since": since, "until": until}
    observed, book = (reader.read(table, **asked) for table in READ)  # type: ignore[arg-type]
    rows = observed.collect()
    if rows.is_empty():
        why = f"{market} has no observations in the time asked for"
        raise FootprintError("FP014", why, where=str(root), hint="another --since or --until, or none")
    data = data_digest(lake, READ, [market], Selection(time=TimeRange.of(since, until)))
    state = book.select(*_BOOK).with_columns(pl.col("state").cast(pl.String))
    return Source(root, market, since, until, rows, state.collect(), data)


def make_forecast(source: Source, choices: "Choices") -> Made:
    """Develop, open the test, and note every form in the trial registry. Raises FP026 if rows are too few."""
    from backtest.forecast.judge import develop, open_test
    from backtest.forecast.rows import forecast_rows
    from backtest.forecast.splits import TooFew

    rows = forecast_rows(source.observations, source.book, choices)
    try:
        developed = develop(rows, choices)
    except TooFew as few:
        raise FootprintError(
            "FP026", str(few), where=str(source.root), hint="days of data, or a shorter --horizon"
        ) from few
    family = f"forecast/{choices.target}/{choices.horizon_min}m"
    opened = Opened(datetime.now(UTC), _tried(source, family))
    made = Made(source, choices, rows, developed, opened, open_test(rows, developed, choices))
    register(source.root, _trials(made, family))
    return made


def _tried(source: Source, family: str) -> int:
    """Of whatever stretch: another end of the data makes no fresh test of minutes that were looked at before."""
    from backtest.trial import distinct

    of_market = (source.market.venue, source.market.symbol)
    tried = distinct(registered(source.root, family))
    return sum((trial.config.get("venue"), trial.config.get("symbol")) == of_market for trial in tried)


def _trials(made: Made, family: str) -> list[Any]:
    """One per form that was shown on the test."""
    from backtest.trial import Trial

    config = made.choices.as_dict() | {"venue": made.source.market.venue, "symbol": made.source.market.symbol}
    forms = [name for name in made.judged.said if name != "baseline"]
    return [
        Trial(family, code_digest(), made.source.data, config | {"form": form}, _by_day(made, form)) for form in forms
    ]


def _by_day(made: Made, form: str) -> Mapping[date, float]:
    """Net bps of the plain rule; of a volatility, which nothing is earned by, the squared error saved."""
    import numpy as np

    if made.judged.paid:
        return made.judged.paid["test"][form].by_day
    test, said = made.developed.parts.test, made.judged.said
    y, day = made.rows.y[test], made.rows.day()[test]
    saved = (y - said["baseline"]) ** 2 - (y - said[form]) ** 2
    return {_EPOCH.date() + timedelta(days=int(one)): float(saved[day == one].sum()) for one in np.unique(day)}


def saved_forecast(made: Made) -> SavedForecast:
    """The form that was chosen before the test was opened, as it was tested: it has learned nothing of the test."""
    up = made.developed.up
    return SavedForecast(made.developed.walked[made.developed.chosen].model, up[0] if up else None, made.about)


def apply_forecast(model: Path, source: Source, to: Path) -> tuple[int, int]:
    """Write forecasts of the rows known after the model's fit ended; their number, and that of earlier rows left out.

    Raises FP027 if `since` asks for earlier rows, or the market is another, FP014 if no row is later.
    """
    saved = load_forecast(model)
    _check_market(model, saved, source.market)
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        frame, before = predictions(saved, source.observations, source.book)
    if before and source.since is not None:
        why = f"{before:,} of the rows asked for were known before the fit of the model ended, {saved.about['fit_end']}"
        raise FootprintError(
            "FP027", why, where=str(model), hint="a later --since, or none: then earlier rows are left out"
        )
    if not frame.height:
        why = f"no row is known after the fit of the model ended, {saved.about['fit_end']}"
        raise FootprintError("FP014", why, where=str(source.root), hint="ingest and compute later data")
    with whole_file(to) as scratch:
        frame.write_parquet(scratch)
    return frame.height, before


def _check_market(model: Path, saved: SavedForecast, market: Market) -> None:
    fitted = Market(saved.about["venue"], saved.about["symbol"])
    if fitted != market:
        why = f"fitted on {fitted}, asked for {market}: sizes and their usual values are those of one market"
        hint = f"--venue {fitted.venue} --symbol {fitted.symbol}"
        raise FootprintError("FP027", why, where=str(model), hint=hint)


def predictions(saved: SavedForecast, observations: "pl.DataFrame", book: "pl.DataFrame") -> tuple["pl.DataFrame", int]:
    """Forecasts of the rows known after the fit ended, and the number of rows before it. One market's rows."""
    import numpy as np
    import polars as pl

    from backtest.forecast.features import features
    from backtest.mids import Mids

    minutes = observations.sort("bar_end")
    looked = features(minutes, Mids.of(book), sampling_s=int(saved.about["sampling_s"]))
    later = minutes["known_ts"].to_physical().to_numpy() > saved.fit_end
    x = np.column_stack([looked[name] for name in saved.about["features"]])[later]
    frame = minutes.filter(pl.Series(later)).select("venue", "symbol", "bar_end", "known_ts")
    if frame.height:
        said, base = saved.model.predict(x), saved.model.baseline(x)
        frame = frame.with_columns(forecast=pl.Series(said), baseline=pl.Series(base))
        if saved.up is not None:
            frame = frame.with_columns(up_probability=pl.Series(saved.up.predict_proba(x)[:, 1]))
    return frame, int((~later).sum())
