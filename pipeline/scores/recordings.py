"""Rows of the scorecard that need no simulation: real recordings in which the venue says who was who.

Short recordings, each of one market and some seconds or minutes: enough to check a reading and a piece of bookkeeping,
and too short for anything about markets. Accounts are known by rank only.
"""

from pathlib import Path

import polars as pl

from backtest.intervals import bootstrap_ratio
from backtest.scores.maker_orders import maker_orders, most_displayed
from backtest.scores.positions import changes, maker_shares, position_links
from backtest.scores.touch_chains import touch_chains
from pipeline.scores.recorded_files import PartyTape, binance_spot_tape, hyperliquid_fills, hyperliquid_tape
from pipeline.scores.recorded_rows import Row, count, row, share

HYPERLIQUID_TAPE = Path("hyperliquid/btcusd_20250126.gz")
HYPERLIQUID_FILLS = Path("hyperliquid/user_fills.yaml")
SPOT_TAPE = Path("binance-2023-04-05/spot_btcusdt_20230405.dat.gz")

_STALE_MS = 2_000
_REFILL_MS, _GAP_MS = 300, 10_000


def score_recordings(folder: Path) -> list[Row]:
    """Rows of all recordings that are in `folder`, see `recorded_rows.row`; those that are not there have none."""
    scores = {HYPERLIQUID_TAPE: exact_parties, HYPERLIQUID_FILLS: position_chains, SPOT_TAPE: passive_orders}
    return [row for name, score in scores.items() if (folder / name).exists() for row in score(folder / name)]


def exact_parties(path: Path) -> list[Row]:
    """Who made and who took, from a tape with both addresses."""
    tape = hyperliquid_tape(path)
    changed, n = changes(tape.prints), tape.prints.height
    decided = tape.prints.filter((pl.col("taker_side") != 0) & (pl.col("buyer") != pl.col("seller"))).height
    per_print = changed.group_by("trade_id").agg(pl.col("signed_qty").sum().abs())["signed_qty"].to_numpy()
    return [
        share("exact_maker_flow", "parties_decided", decided, n, "prints whose maker and taker the venue names"),
        _side_row(tape),
        _transaction_row(tape.prints),
        count("exact_maker_flow", "abs_sum_of_changes", float(per_print.max(initial=0.0)), n, "base, the largest"),
        *_concentration_rows(changed),
    ]


def _side_row(tape: PartyTape) -> Row:
    """Did takers buy above and sell below the mid?"""
    compared = (
        tape.prints.sort("event_ts")
        .join_asof(tape.mids, on="event_ts", allow_exact_matches=False, tolerance=_STALE_MS)
        .filter(pl.col("mid").is_not_null() & (pl.col("mid") != pl.col("price")))
    )
    agree = compared.filter((pl.col("price") - pl.col("mid")).sign() == pl.col("taker_side")).height
    note = f"taker buys above and sells below the last mid before, at most {_STALE_MS // 1000} s old; naive: by chance"
    return share("exact_maker_flow", "taker_hits_the_far_side", agree, compared.height, note, naive=0.5)


def _transaction_row(prints: pl.DataFrame) -> Row:
    """Has a transaction one taker, whatever the number of makers it met?"""
    is_buy = pl.col("taker_side") == 1
    orders = (
        prints.filter(pl.col("hash").is_not_null())
        .group_by("hash")
        .agg(
            n=pl.len(),
            takers=pl.when(is_buy).then("buyer").otherwise("seller").n_unique(),
            makers=pl.when(is_buy).then("seller").otherwise("buyer").n_unique(),
        )
        .filter(pl.col("n") > 1)
    )
    one = {name: orders.filter(pl.col(name) == 1).height for name in ("takers", "makers")}
    note = "transactions of several prints, but slices of a TWAP, which have no hash. naive: maker and taker swapped"
    naive = one["makers"] / orders.height if orders.height else None
    return share("exact_maker_flow", "one_taker_per_transaction", one["takers"], orders.height, note, naive)


def _concentration_rows(changed: pl.DataFrame) -> list[Row]:
    """How much of the makers' side the first maker and the first three have."""
    ranked, made = maker_shares(changed), changed.filter("is_maker")
    qty = made["signed_qty"].abs().to_numpy()
    rows = []
    for first in (1, 3):
        is_theirs = made["account"].is_in(ranked["account"].head(first).to_list()).to_numpy()
        value = float((qty * is_theirs).sum() / qty.sum())
        note = f"of {ranked.height} makers in {made.height} prints, by quantity; bootstrap over prints"
        interval = bootstrap_ratio(qty * is_theirs, qty)
        rows.append(row("exact_maker_flow", f"share_of_first_{first}_makers", value, interval, None, qty.size, note))
    return rows


def position_chains(path: Path) -> list[Row]:
    """Does every fill of an account start from the position where the one before ended?"""
    coins = position_links(hyperliquid_fills(path))
    links, breaks, own = (sum(getattr(coin, name) for coin in coins) for name in ("links", "breaks", "self_trades"))
    where = ", ".join(f"{coin.market} {coin.breaks}" for coin in coins if coin.breaks) or "none"
    note = (
        f"{len(coins)} coins; breaks: {where}; {own} trades of the account with itself, each two fills from one start. "
        "Where the reply begins, one of these can be cut in half"
    )
    return [share("exact_position", "links_that_hold", links - breaks, links, note)]


def passive_orders(path: Path) -> list[Row]:
    """Passive orders by id, and how much of them a refill chain seen at the touch is."""
    tape = binance_spot_tape(path)
    orders = maker_orders(tape.prints)
    orders = orders.with_columns(shown=most_displayed(orders, tape.quotes))
    several = orders.filter(pl.col("n_takers") > 1)
    seen = several.filter(pl.col("shown").is_not_null())
    hidden = seen.filter(pl.col("qty") > pl.col("shown") * (1 + 1e-9)).height
    part, whole = orders.select(part=pl.col("qty") * (pl.col("n_takers") > 1), whole="qty").to_numpy().T
    met = "passive orders met by two taker orders or more"
    more = (
        "of those whose price was the best just before: executed more than it ever showed: part was hidden, or "
        "stood behind a better price meanwhile, or a quote is some milliseconds late. A suspicion, no proof"
    )
    ratio, interval = float(part.sum() / whole.sum()), bootstrap_ratio(part, whole)
    by_qty = f"{met}, by quantity; bootstrap over orders"
    return [
        share("passive_orders", "met_by_several_takers", several.height, orders.height, met),
        row("passive_orders", "qty_met_by_several_takers", ratio, interval, None, orders.height, by_qty),
        share("passive_orders", "executed_more_than_seen", hidden, seen.height, more),
        *_chain_rows(tape.prints, tape.quotes),
    ]


def _chain_rows(prints: pl.DataFrame, quotes: pl.DataFrame) -> list[Row]:
    """What stood behind chains of refills: after takes of most of a level, and after takes of whatever size."""
    rows = []
    for name, taken_share, least in (("taken_80pct", 0.8, 2), ("any_take", 0.0, 3)):
        chains = touch_chains(prints, quotes, refill_ms=_REFILL_MS, gap_ms=_GAP_MS, taken_share=taken_share)
        long = [chain for chain in chains if len(chain.takes) >= least]
        one = sum(chain.is_one_order for chain in long)
        over = sum(chain.has_order_in_two_takes and not chain.is_one_order for chain in long)
        found = {"one_order": one, "an_order_among_others": over, "new_orders_only": len(long) - one - over}
        note = (
            f"of chains of {least} refills and more ({sum(len(chain.takes) for chain in long)} refills; {len(chains)} "
            "chains of one and more). Touch-only and a proxy: best quotes, whose time is carried from other messages"
        )
        rows += [share("touch_chains", f"{what}_{name}", hits, len(long), note) for what, hits in found.items()]
    return rows
