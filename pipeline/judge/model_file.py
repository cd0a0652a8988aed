"""A forecast as a file: fitted models by skops, no pickle, and what they were made from.

Opening a pickle runs whatever its writer put in. This file is read only if it holds nothing but the types listed here
and those scikit-learn itself makes public.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

from pipeline.errors import FootprintError
from pipeline.rowfile import whole_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from backtest.forecast.models import Forecaster

TRUSTED: Final = (
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
)
"""Beside what skops trusts by itself: plain data that trees, their thresholds and a calibration are made of."""
FORMAT: Final = 1
_PROBES: Final = 32
_NEEDED: Final = ("format", "features", "venue", "symbol", "target", "horizon_min", "fit_end", "probe", "sampling_s")


@dataclass(frozen=True, slots=True)
class SavedForecast:
    """model: forecasts; up: P(return > 0), if there is one; about: names, units, versions, digests, fit_end."""

    model: "Forecaster"
    up: Any
    about: Mapping[str, Any]

    @property
    def fit_end(self) -> int:
        """Microseconds since 1970: no row known at or before it may be forecast."""
        return int(self.about["fit_end_us"])


def check_skops() -> None:
    """Raises FP019 if the package that writes models is missing."""
    try:
        import skops.io  # noqa: F401
    except ImportError as missing:
        why = "models are written by skops, which is not here"
        raise FootprintError("FP019", why, hint="pip install 'mm-footprint[forecast]'") from missing


def save_forecast(target: Path, saved: SavedForecast) -> None:
    """Write the file whole or not at all. A few forecasts are noted in it, to be compared when it is opened."""
    check_skops()
    from skops import io

    about = dict(saved.about) | {"format": FORMAT, "probe": probe(saved).tolist()}
    holds = {"base": saved.model.base, "correction": saved.model.correction, "up": saved.up, "about": about}
    with whole_file(target) as scratch:
        scratch.write_bytes(io.dumps(holds))


def load_forecast(path: Path) -> SavedForecast:
    """Read a file of `save_forecast`. Raises FP001 if there is none, FP019, FP027 for whatever is not to be trusted."""
    check_skops()
    if not path.is_file():
        raise FootprintError("FP001", "expected a model written by footprint forecast", where=str(path))
    holds = _opened(path)
    about = holds.get("about") if isinstance(holds, dict) else None
    if not isinstance(about, dict) or about.get("format") != FORMAT or not all(name in about for name in _NEEDED):
        raise _refused(path, f"expected a forecast of format {FORMAT} with what it was made from, got another object")
    from backtest.forecast.models import Forecaster

    saved = SavedForecast(Forecaster(holds.get("base"), holds.get("correction")), holds.get("up"), about)
    _check_probe(path, saved)
    return saved


def probe(saved: SavedForecast) -> "NDArray[np.float64]":
    """Forecasts of made-up rows, the same for ever."""
    import numpy as np

    x = np.random.default_rng(0).normal(size=(_PROBES, len(saved.about["features"])))
    said = saved.model.predict(x)
    return np.concatenate([said, saved.up.predict_proba(x)[:, 1]]) if saved.up is not None else said


def _opened(path: Path) -> Any:
    from skops import io

    try:
        foreign = sorted(set(io.get_untrusted_types(file=path)) - set(TRUSTED))
        if not foreign:
            return io.load(path, trusted=list(TRUSTED))
    except (BadZipFile, ValueError, KeyError, TypeError, AttributeError, ImportError, EOFError, OSError) as wrong:
        what = (str(wrong).splitlines() or [type(wrong).__name__])[0][:200]
        raise _refused(path, f"the file is damaged or no model: {what}") from wrong
    raise _refused(
        path, f"expected the types of a forecast, got {', '.join(foreign[:5])}: opening it could run its code"
    )


def _check_probe(path: Path, saved: SavedForecast) -> None:
    """A model that was changed, or that another version of scikit-learn reads otherwise, says other things."""
    import numpy as np

    try:
        said, noted = probe(saved), np.asarray(saved.about["probe"], np.float64)
        is_same = said.shape == noted.shape and np.allclose(said, noted, rtol=1e-6, atol=1e-9)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as wrong:
        raise _refused(path, f"the model in it does not forecast: {str(wrong)[:200]}") from wrong
    if not is_same:
        raise _refused(path, "it forecasts otherwise than when it was written: changed since, or by other versions")


def _refused(path: Path, why: str) -> FootprintError:
    return FootprintError("FP027", why, where=str(path), hint="fit it again: footprint forecast --lake DIR --out MODEL")
