-- Minutes whose effective spread is not realised spread plus price impact, or with shares outside 0 to 1.
select venue, symbol, bar_end, effective_spread_bps, realised_spread_bps, price_impact_bps, spread_bps
from spread
where
    abs(effective_spread_bps - realised_spread_bps - price_impact_bps) > 1e-9 * (1 + abs(effective_spread_bps))
    or (effective_spread_bps is null) <> (realised_spread_bps is null)
    or (effective_spread_bps is null) <> (price_impact_bps is null)
    or (n_orders = 0 and effective_spread_bps is not null)
    or spread_bps <= 0
    or median_spread_bps <= 0
    or least(above_tick_share, order_share, coverage, tape_coverage) < 0
    or greatest(above_tick_share, coverage, tape_coverage) > 1
    or order_share > 1 + 1e-9;
