-- Sweeps of fewer than two prices, that are no taker order of the day, or whose size is not displayed plus hidden.
select sweeps.venue, sweeps.symbol, sweeps.event_ts, sweeps.seq, sweeps.levels, sweeps.qty, taker_orders.qty as order_qty
from sweeps
left join taker_orders using (venue, symbol, date, seq)
where
    sweeps.levels < 2
    or sweeps.qty is distinct from taker_orders.qty
    or sweeps.event_ts is distinct from taker_orders.event_ts
    or abs(sweeps.depth_consumed_qty + sweeps.hidden_excess_qty - sweeps.qty) > 1e-9 * sweeps.qty;
