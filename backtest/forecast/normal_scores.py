"""Features as normal scores: where a value stands among those of the past, on the scale of a normal variable."""

from typing import Any, Final

QUANTILES: Final = 100


def normal_scores(rows: int, *, has_flags: bool = True) -> Any:
    """Steps to be fitted on `rows` rows (n, k), and on nothing else. With flags: further columns of what was missing.

    A missing value becomes the median. Beyond all that was seen a score is at its end, 5.2: large, not infinite.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import QuantileTransformer

    return make_pipeline(
        SimpleImputer(strategy="median", add_indicator=has_flags, keep_empty_features=True),
        QuantileTransformer(n_quantiles=min(QUANTILES, rows), output_distribution="normal", subsample=None),
    )
