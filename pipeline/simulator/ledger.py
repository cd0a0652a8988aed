"""The ledger: who has an account, and what each holds on which market."""

from typing import Any, NamedTuple

from pipeline.simulator.orders import Report


class Account(NamedTuple):
    """An account and what is known of its owner; `home` is the market a market maker quotes on."""

    owner: int
    kind: str
    family: str = ""
    hedge: str = ""
    half_life_min: float | None = None
    home: str = ""


class Ledger:
    """Opens accounts and follows their positions, in lots: one per market, and what was hedged off venue."""

    def __init__(self, markets: int) -> None:
        self.accounts: list[Account] = []
        self.off_venue: list[int] = []
        self.positions: list[list[int]] = [[] for _ in range(markets)]

    def open(self, kind: str, **known: Any) -> int:
        """A new account; return its number."""
        self.accounts.append(Account(len(self.accounts), kind, **known))
        self.off_venue.append(0)
        for positions in self.positions:
            positions.append(0)
        return len(self.accounts) - 1

    def net(self, owner: int) -> int:
        """What the account holds in all, in lots, > 0 long."""
        return self.off_venue[owner] + sum(positions[owner] for positions in self.positions)

    def bring(self, market: int, owner: int, lots: int) -> None:
        """The account has held `lots` (> 0 long) from before the simulation."""
        self.positions[market][owner] += lots

    def listener(self, market: int) -> "MarketLedger":
        """What keeps the positions of one market."""
        return MarketLedger(self.positions[market])


class MarketLedger:
    """Listens to one exchange and books its fills."""

    def __init__(self, positions: list[int]) -> None:
        self._positions = positions

    def on_report(self, report: Report) -> None:
        """Every fill moves lots from one party to the other: the sum stays zero."""
        for fill in report.fills:
            lots = fill.taker_side * fill.size
            self._positions[fill.taker] += lots
            self._positions[fill.maker] -= lots
