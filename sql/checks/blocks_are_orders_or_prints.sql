-- Blocks on the book that are no taker order of the day or no larger than what they lie above; blocks off the market that
-- are no such print; and forced prints of liquidation_flow without a label in the day so far.
select blocks.venue, blocks.symbol, blocks.event_ts, blocks.kind, blocks.seq
from blocks
left join taker_orders as orders
    on
        blocks.kind = 'on_book' and blocks.venue = orders.venue and blocks.symbol = orders.symbol
        and blocks.date = orders.date and blocks.seq = orders.seq
left join trades as prints
    on
        blocks.kind = 'off_market' and blocks.venue = prints.venue and blocks.symbol = prints.symbol
        and blocks.date = prints.date and blocks.seq = prints.seq
where
    blocks.kind not in ('on_book', 'off_market')
    or blocks.qty is distinct from coalesce(orders.qty, prints.qty)
    or blocks.event_ts is distinct from coalesce(orders.event_ts, prints.event_ts)
    or (blocks.kind = 'on_book' and coalesce(blocks.qty > blocks.large_qty, false) = false)
    or (blocks.kind = 'off_market' and coalesce(prints.is_off_market, false) = false)
union all
select venue, symbol, bar_end, 'minute', n_prints
from liquidation_flow
where
    (n_prints is not null and (not is_labelled or coverage < 0.8))
    or (n_prints is null and is_labelled and coverage >= 0.8)
    or n_prints < 0
    or (n_prints = 0 and buy_qty + sell_qty <> 0);
