"""Neighbours: the other markets whose tables the signals of a market read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
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


def unheard(groups: Mapping[Market, tuple[Market, ...]], heard: Collection[Market]) -> list[str]:
    """A sentence for each market that a group names and of which nothing was ingested: it is late, or misspelt."""
    named = sorted({market for own, peers in groups.items() for market in (own, *peers)} - {*heard})
    return [f"[[group]] names {market}, of which nothing was ingested{_nearest(market, heard)}" for market in named]


def unweighed(groups: Mapping[Market, tuple[Market, ...]], weights: Collection[str]) -> list[str]:
    """A sentence for each weight of a market that no group names: it weighs nothing."""
    members = {market for own, peers in groups.items() for market in (own, *peers)}
    named = sorted({*weights} - {str(market) for market in members})
    return [f"weights name {one}, which is in no [[group]]{_nearest(one, members)}" for one in named]


def _nearest(market: Market | str, heard: Collection[Market]) -> str:
    near = get_close_matches(str(market), [str(one) for one in sorted(heard)], n=1, cutoff=0.9)
    return f": did you mean {near[0]}?" if near else ""


def _roles(signal: Signal) -> set[Role]:
    return {source.role for source in signal.inputs}
