"""What trades add up to, and how far below its highest."""

import polars as pl

from pipeline.report.equity_panel import equity
from signals.table import UTC_US


def closed(*nets: tuple[int, float], status: str = "closed") -> pl.DataFrame:
    """What of the trades is looked at: seconds of exit and net in quote."""
    times = pl.Series([at * 1_000_000 for at, _ in nets]).cast(UTC_US)
    return pl.DataFrame({"exit_ts": times, "net_quote": [net for _, net in nets], "status": status})


def test_nets_add_up_in_order_of_exit():
    times, net, below = equity(closed((30, 5.0), (10, 10.0), (20, -4.0)))
    assert (times / 1e6).tolist() == [10, 20, 30]
    assert net.tolist() == [10, 6, 11]
    assert below.tolist() == [0, -4, 0]


def test_a_loss_from_the_beginning_is_below_nothing():
    _, net, below = equity(closed((10, -3.0), (20, 1.0)))
    assert net.tolist() == [-3, -2]
    assert below.tolist() == [-3, -2]


def test_what_is_not_closed_adds_nothing():
    times, net, below = equity(closed((10, 5.0), status="unpriced"))
    assert times.size == net.size == below.size == 0
