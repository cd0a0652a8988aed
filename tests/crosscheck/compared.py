"""Trades of ours as orders for the other engine, and what its account says of each."""

import numpy as np
import polars as pl

from tests.crosscheck.engine import Account, Orders


def orders(trades: pl.DataFrame, latency_ms: float) -> Orders:
    """Two orders a trade, entry and exit, sent when our decisions were known.

    An exit that found no book that second is sent once more, so as to be there when the book is that filled ours: the
    other engine lets orders lapse.
    """
    sent = np.stack([_sent(trades, leg, latency_ms) for leg in ("entry", "exit")], axis=1)
    return Orders(sent.ravel(), *_sides_and_sizes(trades))


def _sides_and_sizes(trades: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    side = trades["side"].cast(pl.Int64).to_numpy()
    return np.stack([side, -side], axis=1).ravel(), np.repeat(trades["size_qty"].to_numpy(), 2)


def _sent(trades: pl.DataFrame, leg: str, latency_ms: float) -> np.ndarray:
    late, second = round(latency_ms * 1_000), 1_000_000
    known = trades[f"{leg}_known_ts"].to_physical().to_numpy()
    filled = trades[f"{leg}_ts"].to_physical().to_numpy()
    waited = filled - (known + late) >= second
    return np.where(waited, filled - late, known)


def at_fills(trades: pl.DataFrame, latency_ms: float) -> Orders:
    """The same orders, sent so as to arrive in the last microsecond of the seconds that filled ours."""
    late = round(latency_ms * 1_000) + 1
    filled = np.stack([trades[f"{leg}_ts"].to_physical().to_numpy() for leg in ("entry", "exit")], axis=1)
    return Orders((filled - late).ravel(), *_sides_and_sizes(trades))


def money(account: Account) -> pl.DataFrame:
    """By trade, of accounts after its entry and its exit: fills, fees, net (quote), and the position left (base)."""
    cash, fees, position = (
        np.concatenate([[0.0], values]) for values in (account.cash, account.fees, account.position)
    )
    filled = np.abs(np.diff(position))
    with np.errstate(invalid="ignore"):  # nothing filled has no price
        px = np.abs(np.diff(cash)) / filled
    net = cash - fees
    return pl.DataFrame(
        {
            "entry_qty": filled[0::2],
            "exit_qty": filled[1::2],
            "entry_px": px[0::2],
            "exit_px": px[1::2],
            "fees_quote": -(fees[2::2] - fees[:-1:2]),
            "net_quote": net[2::2] - net[:-1:2],
            "position": position[2::2],
        }
    )
