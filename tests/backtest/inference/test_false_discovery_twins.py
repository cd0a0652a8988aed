"""Adjusted p-values against statsmodels: the same numbers, and the same decisions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from backtest.inference.false_discovery import benjamini_hochberg, benjamini_yekutieli, holm

SAME = {"fdr_bh": benjamini_hochberg, "fdr_by": benjamini_yekutieli, "holm": holm}


@pytest.mark.parametrize("method", SAME)
@given(values=st.lists(st.floats(1e-12, 1), min_size=1, max_size=30))
@settings(deadline=None, max_examples=25)  # its holm takes 70 ms
def test_adjusted_p_values(method, values):
    p = np.array(values)
    _, adjusted, _, _ = multipletests(p, alpha=0.05, method=method)
    assert SAME[method](p) == pytest.approx(adjusted, rel=1e-9)


@pytest.mark.parametrize("method", SAME)
def test_decisions_at_five_percent(method):
    rng = np.random.default_rng(1)
    p = np.concatenate([rng.uniform(0, 0.004, 15), rng.uniform(size=60)])
    rejected, _, _, _ = multipletests(p, alpha=0.05, method=method)
    assert 0 < rejected.sum() < p.size
    assert ((SAME[method](p) <= 0.05) == rejected).all()
