"""The recorder: runs a world and writes what the public sees of each market, and notes the truth by the second."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.simulator import messages, spot_messages
from pipeline.simulator.capture import Capture, Feed, MessageCount, Sink
from pipeline.simulator.draws import Draws
from pipeline.simulator.mark import Mark
from pipeline.simulator.market import Market
from pipeline.simulator.stress import Pointed, Target, plan
from pipeline.simulator.world import World

_LATENCY_NS = 800_000
_SECOND, _MINUTE = 1_000_000, 60_000_000


@dataclass(slots=True)
class Watch:
    """Notes the state of the world every second: inventories of market makers, the value; every minute, positions."""

    world: World
    next_time: int | None

    def act(self, now: int) -> None:
        """Note it."""
        self.next_time = now + _SECOND
        world, log = self.world, self.world.log
        ledger = world.ledger
        for account in ledger.accounts:
            if account.kind == "market_maker":
                held = [positions[account.owner] for positions in ledger.positions]
                log.inventories.append((now, account.owner, *held, ledger.off_venue[account.owner]))
        value = world.value
        log.values.append((now, value.private(now), world.consensus.at(now), value.vol(now)))
        if now % _MINUTE == 0:
            for kind in ("basis_trader", "leveraged"):
                owners = [account.owner for account in ledger.accounts if account.kind == kind]
                held = [sum(positions[owner] for owner in owners) for positions in ledger.positions]
                log.positions.append({"ts": now, "kind": kind, "held": held})


def record(
    world: World, sinks: Sequence[Sequence[tuple[Feed, Sink]]], *, start_us: int, end_us: int, stress: str | None = None
) -> list[list[MessageCount]]:
    """Run `world` to `end_us`; of market i write what recorders see from `start_us` on to `sinks[i]`, one a feed.

    The stress of that name happens in the middle.
    """
    world.clock.run(start_us)
    captures = [
        [_capture(world, market, feed, sink, start_us) for feed, sink in feeds]
        for market, feeds in zip(world.markets, sinks, strict=True)
    ]
    marks: list[Pointed] = []
    for market, taken in zip(world.markets, captures, strict=True):
        if _is_perpetual(market) and taken:
            draws = Draws(world.seed, f"{market.params.name} mark")
            mark = Mark(taken, market.exchange, market.instrument, world.consensus, draws, start_us=start_us)
            world.clock.add(mark, rank=-2)
            marks.append(mark)
    if stress is not None:
        plan(stress, Target(world, captures[0], marks[:1]), (start_us + end_us) // 2)
    world.clock.add(Watch(world, start_us), rank=-4)
    world.clock.run(end_us)
    for capture in (one for taken in captures for one in taken):
        capture.flush(end_us)
    return [[capture.count for capture in taken] for taken in captures]


def _capture(world: World, market: Market, feed: Feed, sink: Sink, start_us: int) -> Capture:
    capture = Capture(
        sink,
        market.exchange,
        market.instrument,
        Draws(world.seed, f"{market.params.name} {feed.name}"),
        start_us=start_us,
        feed=feed,
        latency_ns=_LATENCY_NS,
        dialect=messages if _is_perpetual(market) else spot_messages,
    )
    market.exchange.subscribe(capture)
    world.clock.add(capture, rank=-3)
    first = start_us + max(_SECOND // 4, 7 * feed.interval_us // 2)
    world.clock.at(first, -1, capture.send_snapshot)
    return capture


def _is_perpetual(market: Market) -> bool:
    return market.params.venue != "binance-spot"
