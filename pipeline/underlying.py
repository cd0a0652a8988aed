"""The underlying of a chain of options: the market whose mid stands for it, as its variance premium was computed."""

from pipeline.lake import Lake
from pipeline.market import Market
from signals.variance_premium import VARIANCE_PREMIUM


def underlying_of(lake: Lake, chain: Market) -> Market | None:
    """The reference market of the chain's last day; None if it has none, or nothing of it was computed."""
    made = lake.live(VARIANCE_PREMIUM.name, chain)
    if not made:
        return None
    last = max(made, key=lambda file: (str(file.day), file.path))
    named = str(lake.lineage(VARIANCE_PREMIUM.name, last).get("reference", ""))
    return Market.parse(named) if "/" in named else None


def chains_on(lake: Lake, market: Market) -> list[Market]:
    """Chains of which this market is the underlying, by name."""
    chains = sorted({file.market for file in lake.live(VARIANCE_PREMIUM.name)})
    return [chain for chain in chains if underlying_of(lake, chain) == market]
