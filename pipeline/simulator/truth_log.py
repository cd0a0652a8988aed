"""The truth log: what agents know about their own doing, noted as it happens."""

from typing import Any

from pipeline.simulator.ledger import Ledger

Note = dict[str, Any]


class TruthLog:
    """Notes by table of `truth`; quantities in lots, prices in ticks, times in microseconds. `market` is a place."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.intents: dict[tuple[int, int], str] = {}
        self.inventories: list[tuple[int, ...]] = []
        self.icebergs: list[Note] = []
        self.refills: list[Note] = []
        self.metaorders: list[Note] = []
        self.pulls: list[Note] = []
        self.labels: list[Note] = []
        self.positions: list[Note] = []
        self.values: list[tuple[int, float, float, float]] = []

    def intend(self, market: int, order_id: int, intent: str) -> None:
        """An order is for something else than what its account usually does."""
        self.intents[market, order_id] = intent

    def pull(self, market: int, now: int, owner: int, side: int, lots: int, reason: str) -> None:
        """A market maker withdraws from one side."""
        self.pulls.append({"market": market, "ts": now, "owner": owner, "side": side, "lots": lots, "reason": reason})

    def label(self, market: int, now: int, owner: int, order_id: int, kind: str, side: int, lots: int) -> None:
        """An event with a known author."""
        self.labels.append(
            {
                "market": market,
                "ts": now,
                "owner": owner,
                "order_id": order_id,
                "kind": kind,
                "side": side,
                "lots": lots,
            }
        )
