"""Ways to be wrong that are known, each with the test that guards it."""

from typing import Final

from backtest.claims.claim import Failure

FUTURE: Final = Failure("a value that later data would change", "tests/lookahead/test_lookahead.py")
TARGET: Final = Failure(
    "a return that begins before the signal was known", "tests/backtest/tearsheet/test_book_mids.py"
)
SAME_TIME: Final = Failure(
    "what moved with the price is sold as what came before it", "tests/backtest/tearsheet/test_planted.py"
)
ANY_SIGNAL: Final = (FUTURE, TARGET, SAME_TIME)

SLOW_FEED: Final = Failure(
    "a slow feed merges what was added and withdrawn: less is seen the slower it is",
    "tests/signals/test_quote_ledger.py",
)
GAP: Final = Failure("a gap differenced as if it were an event", "tests/signals/test_book_state.py")
SPLIT_ORDERS: Final = Failure("one taker order counted as many", "tests/signals/test_taker_orders.py")
TAPE_GAP: Final = Failure("a gap of the tape read as a quiet market", "tests/signals/test_taker_aggression.py")
TRADE_COUNT: Final = Failure("follows the number of trades, not who trades", "tests/signals/test_vpin.py")
LATE_CONFIRMED: Final = Failure(
    "an event dated back to before it was confirmed", "tests/lookahead/test_lookahead_pulls.py"
)
MIXED_CHAINS: Final = Failure("other people's new orders taken for refills", "tests/signals/test_refills.py")
NO_LEAK: Final = Failure(
    "inventory that never fades is minus CVD, not inventory", "tests/signals/test_maker_inventory.py"
)
WANDERING: Final = Failure(
    "scores of a series with memory exceed their threshold far too often", "tests/backtest/inference/test_chance.py"
)
OWN_MEMORY: Final = Failure(
    "volatility clusters: the past move forecasts as well", "tests/backtest/tearsheet/test_planted.py"
)
FUTURE_STATES: Final = Failure("states smoothed with what came later", "tests/signals/test_volatility_regime.py")
STALE_SPOT: Final = Failure("a stale reference read as a premium", "tests/signals/test_basis.py")
RARE_STATES: Final = Failure("a state seen too rarely to be fitted", "tests/signals/test_microprice.py")
SEASON: Final = Failure("the hour of the day read as a signal", "tests/signals/test_flow_seasonality.py")
ONE_WITNESS: Final = Failure(
    "several readings of one flow counted as several witnesses", "tests/signals/test_footprint.py"
)
VENDOR_SIGN: Final = Failure(
    "a risk reversal of the opposite sign: puts less calls, as some vendors have it",
    "tests/signals/test_volatility_skew.py",
)
MODEL_MARKS: Final = Failure(
    "marks, which are a model of the venue, taken for what somebody bids", "tests/signals/test_volatility_skew.py"
)
SKEW_MOVES: Final = Failure(
    "skew that follows the price as its strikes do, sold as what came before it",
    "tests/signals/test_volatility_skew.py",
)
UNLIKE_WINDOWS: Final = Failure(
    "thirty days of options held against one day of returns", "tests/signals/test_variance_premium.py"
)
PREMIUM_TOO_SOON: Final = Failure(
    "what a seller of variance earned, told before the window was over", "tests/signals/test_variance_premium.py"
)
REPEATED_WALK: Final = Failure(
    "wins that the stop and the target make by themselves", "tests/backtest/placebo/test_reversion_controls.py"
)
