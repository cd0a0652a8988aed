-- Taker flow of one minute that is not minus the makers', ratios that are not flow over typical flow, or ranks beyond 1.
select flow.venue, flow.symbol, flow.bar_end, flow.window_min, flow.net_qty, makers.maker_net_qty, flow.seasonal_ratio
from flow_seasonality as flow
left join (select distinct venue, symbol, bar_end, maker_net_qty from maker_flow) as makers
    using (venue, symbol, bar_end)
where
    (
        flow.window_min = 1
        and (
            (flow.net_qty is null) <> (makers.maker_net_qty is null)
            or abs(flow.net_qty + makers.maker_net_qty) > 1e-9 * (1 + abs(flow.net_qty))
        )
    )
    or abs(flow.seasonal_ratio * flow.typical_qty - flow.net_qty) > 1e-9 * (1 + abs(flow.net_qty))
    or (flow.seasonal_ratio is not null and not coalesce(flow.typical_qty > 0, false))
    or flow.q_abs not between 0 and 1
    or flow.q_abs_seasonal not between 0 and 1
    or flow.past_slots < 0
    or flow.coverage not between 0 and 1;
