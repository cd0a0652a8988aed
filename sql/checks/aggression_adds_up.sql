-- Aggression of one second that is not its flow, ratios outside [-1, 1], or longer windows with less in them.
select
    aggression.venue,
    aggression.symbol,
    aggression.bar_end,
    aggression.net_qty_1s,
    flow.buy_qty - flow.sell_qty as net_qty,
    aggression.ratio_1s
from taker_aggression as aggression
left join taker_flow as flow using (venue, symbol, bar_end)
where
    abs(aggression.net_qty_1s - (flow.buy_qty - flow.sell_qty)) > 1e-9 * (flow.buy_qty + flow.sell_qty)
    or (aggression.net_qty_1s is null) <> (flow.buy_qty is null)
    or greatest(abs(ratio_1s), abs(ratio_10s), abs(ratio_60s), abs(ratio_300s)) > 1
    or n_orders_1s > n_orders_10s or n_orders_10s > n_orders_60s or n_orders_60s > n_orders_300s;
