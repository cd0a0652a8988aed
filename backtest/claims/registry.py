"""All claims by name, and why the other signals have none."""

from collections.abc import Mapping
from typing import Final

from backtest.claims import failures as known
from backtest.claims.book import BOOK
from backtest.claims.claim import Claim
from backtest.claims.composite import COMPOSITE
from backtest.claims.holdings import HOLDINGS
from backtest.claims.options import OPTIONS
from backtest.claims.sizes import SIZES
from backtest.claims.tape import TAPE
from signals.observation import OBSERVATIONS, Observation
from signals.observations import OBSERVATIONS_SIGNAL, OBSERVATIONS_TABLE

NO_CLAIM: Final[Mapping[str, str]] = {
    "sign_memory": "how long signs of taker orders remember is a property of flow, and says nothing of the next return",
    "wash_like": "pairs of equal and opposite trades forecast no price; `footprint score` grades what it finds",
    "chain_ends": "it says how chains of refills ended, after the fact",
    "flow_loadings": "it is a fit that order_flow uses",
    "microprice_fit": "it is a fit that microprice uses",
    "correlation": "how closely two markets move together says nothing of where either goes",
    "correlation_regime": "how closely two markets move together says nothing of where either goes",
    "implied_volatility": "it restates quotes as volatilities, which volatility_skew sums up",
    "observations": "it is fifteen numbers, each with a claim of its own: observations.imbalance and so on",
}
"""Signals without a claim of their own, with the reason."""

_SILENT: Final = {"wash_like"}


def _of_observation(one: Observation) -> Claim:
    """The reading of an observation, as it was fixed, by the minute."""
    is_size = one.claim == "size"
    return Claim(
        name=f"observations.{one.name}",
        signal=OBSERVATIONS_SIGNAL,
        table=OBSERVATIONS_TABLE,
        column=one.name,
        says=f"{one.high}. {one.evidence}",
        forecast="size" if is_size else "return",
        sign=-1 if one.claim == "level" else 1,
        sign_now=0,
        window_s=60,
        horizon_s=300,
        step_s=60,
        lookback_s=3_600,
        failures=known.ANY_SIGNAL,
        middle="past median" if one.claim == "level" else "zero",
    )


CLAIMS: Final[Mapping[str, Claim]] = {
    claim.name: claim
    for claim in (
        *BOOK,
        *TAPE,
        *HOLDINGS,
        *COMPOSITE,
        *SIZES,
        *OPTIONS,
        *(_of_observation(one) for one in OBSERVATIONS if one.name not in _SILENT),
    )
}
