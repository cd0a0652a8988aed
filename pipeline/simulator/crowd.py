"""A crowd of leveraged longs, and the short side of it: basis traders who have hedged on spot.

They hold all that from before the simulation. When many are liquidated the insurance fund is used up, and the venue
closes basis traders' shorts at the longs' prices, on the tape but not out of the book. They are left with spot, and
sell it.
"""

from pipeline.simulator.agents.basis_trader import BasisTrader
from pipeline.simulator.agents.leveraged import Leveraged
from pipeline.simulator.orders import BUY, SELL
from pipeline.simulator.world import World

_LONGS, _LOTS = 300, 150
_NEAREST, _FARTHEST = 0.0005, 0.01
"""Where they are liquidated, below the value at the start."""

_FUND_LOTS = _LONGS * _LOTS // 3


class ImpossibleStress(ValueError):
    """A world without those to whom it would happen."""


def crowd(world: World) -> None:
    """Let it stand from now on. Raises ImpossibleStress if nobody trades with leverage or nobody the basis."""
    perp = world.markets[0]
    leveraged = world.agents.get(f"{perp.params.name} leveraged")
    traders = [agent for agent in world.agents.values() if isinstance(agent, BasisTrader)]
    if not isinstance(leveraged, Leveraged) or not traders:
        raise ImpossibleStress("a cascade of liquidations needs leveraged and basis_traders, and a spot market")
    value = perp.fair.exact(world.clock.now)
    for i in range(_LONGS):
        below = _NEAREST + (_FARTHEST - _NEAREST) * i / _LONGS
        leveraged.hold(BUY, _LOTS, round(value * (1 - below)))
    world.ledger.bring(0, leveraged.desk.owner, _LONGS * _LOTS)
    for trader in traders:
        lots = _LONGS * _LOTS // len(traders)
        world.ledger.bring(0, trader.perp.owner, -lots)
        world.ledger.bring(1, trader.spot.owner, lots)
        trader.carried += lots
    leveraged.deleverage = _Deleveraging(world, leveraged, traders)


class _Deleveraging:
    """Once the insurance fund has paid for its share, closes the largest short against who is out of margin."""

    def __init__(self, world: World, leveraged: Leveraged, traders: list[BasisTrader]) -> None:
        self._world = world
        self._leveraged = leveraged
        self._traders = traders
        self._fund_lots = _FUND_LOTS

    def __call__(self, now: int, side: int, lots: int, price: int) -> bool:
        self._fund_lots -= lots
        if self._fund_lots >= 0:
            return False
        world, exchange = self._world, self._world.markets[0].exchange
        positions = world.ledger.positions[0]
        trader = max(self._traders, key=lambda one: -side * positions[one.perp.owner])
        report = exchange.cross(now, self._leveraged.desk.owner, trader.perp.owner, -side, price, lots)
        world.log.intend(0, report.order_id, "adl")
        world.log.label(0, now, trader.perp.owner, report.order_id, "adl", side, lots)
        trader.carried -= side * lots
        world.log.intend(1, trader.spot.market(SELL if side == BUY else BUY, lots), "basis")
        return True
