"""Neighbours: the other markets whose tables the signals of a market read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.market import Market
from signals.table import Role, Signal


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The market it is compared with, and those it is summed up with, in order."""

    reference: Market | None = None
    peers: tuple[Market, ...] = ()

    def of(self, role: Role, own: Market) -> tuple[Market, ...]:
        """The markets whose partitions make up an input of `role`, in the order of its rows; none if none is stated."""
        if role == "reference":
            return () if self.reference is None else (self.reference,)
        return self.peers if role == "peers" else (own,)

    def suffice(self, signal: Signal) -> bool:
        """False for a signal over several markets if there is only one."""
        return bool(self.peers) or "peers" not in _roles(signal)

    def lineage(self, signal: Signal) -> dict[str, Any]:
        """What of the neighbours enters the results of `signal`."""
        said = {"reference": str(self.reference), "peers": [str(peer) for peer in self.peers]}
        return {role: names for role, names in said.items() if role in _roles(signal)}

    def arguments(self, signal: Signal) -> Mapping[str, Any]:
        """What is handed to `signal` beside its parameters: whoever reads peers is told all of their names, for one of
        which nothing was recorded has no rows."""
        return {"peers": tuple(str(peer) for peer in self.peers)} if "peers" in _roles(signal) else {}


def _roles(signal: Signal) -> set[Role]:
    return {source.role for source in signal.inputs}
