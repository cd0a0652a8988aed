"""Whether there is enough to claim anything from."""

from dataclasses import dataclass

import polars as pl

LEAST_EPISODES = 100
LEAST_SYMBOLS = 3
LEAST_REGIMES = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """Episodes that do not overlap, symbols, and regimes of volatility (0: not known) of the closed trades."""

    episodes: int
    symbols: int
    regimes: int

    @property
    def is_enough(self) -> bool:
        return self.episodes >= LEAST_EPISODES and self.symbols >= LEAST_SYMBOLS and self.regimes >= LEAST_REGIMES

    def __str__(self) -> str:
        return (
            f"non-overlapping episodes {self.episodes} of {LEAST_EPISODES} needed, symbols {self.symbols} of "
            f"{LEAST_SYMBOLS}, volatility regimes {self.regimes} of {LEAST_REGIMES}, before anything may be claimed"
        )


def sample_of(closed: pl.DataFrame, regimes: pl.DataFrame, *, episodes: int) -> Sample:
    """regimes: venue, symbol, bar_end, regime (null where not known), a row a minute."""
    entered = closed.select("venue", "symbol", bar_end="entry_decided_ts")
    met = entered.join(regimes, on=["venue", "symbol", "bar_end"], how="inner")["regime"].drop_nulls()
    return Sample(episodes, closed["symbol"].n_unique() if closed.height else 0, met.n_unique())
