-- Rows that claim to be known before they happened, and bars known before they end or in falling order.
with events as (
    select 'book_updates' as table_name, venue, symbol, event_ts, known_ts from book_updates
    union all
    select 'trades', venue, symbol, event_ts, known_ts from trades
    union all
    select 'book_ticker', venue, symbol, event_ts, known_ts from book_ticker
    union all
    select 'derivative_ticker', venue, symbol, event_ts, known_ts from derivative_ticker
    union all
    select 'funding', venue, symbol, event_ts, known_ts from funding
    union all
    select 'option_quotes', venue, symbol, event_ts, known_ts from option_quotes
    union all
    select 'vol_index', venue, symbol, event_ts, known_ts from vol_index
    union all
    select 'taker_orders', venue, symbol, event_ts, known_ts from taker_orders
    union all
    select 'refills', venue, symbol, event_ts, known_ts from refills
    union all
    select 'sweeps', venue, symbol, event_ts, known_ts from sweeps
    union all
    select 'sweep_refills', venue, symbol, event_ts, known_ts from sweep_refills
    union all
    select 'blocks', venue, symbol, event_ts, known_ts from blocks
    union all
    select 'wash_like_pairs', venue, symbol, event_ts, known_ts from wash_like_pairs
    union all
    select 'chain_ends', venue, symbol, event_ts, known_ts from chain_ends
    union all
    select 'replenishment', venue, symbol, event_ts, known_ts from replenishment
    union all
    select 'flow_loadings', venue, symbol, event_ts, known_ts from flow_loadings
    union all
    select 'microprice_fits', venue, symbol, event_ts, known_ts from microprice_fits
    union all
    select 'vpin', venue, symbol, event_ts, known_ts from vpin
    union all
    select 'quote_pulls', venue, symbol, event_ts, known_ts from quote_pulls
    union all
    select 'regime_fits', venue, symbol, event_ts, known_ts from regime_fits
    union all
    select 'correlation_fits', venue, symbol, event_ts, known_ts from correlation_fits
),

bars as (
    select 'book_state' as table_name, venue, symbol, date, bar_end, known_ts from book_state
    union all
    select 'taker_flow', venue, symbol, date, bar_end, known_ts from taker_flow
    union all
    select 'quote_ledger', venue, symbol, date, bar_end, known_ts from quote_ledger
    union all
    select 'taker_aggression', venue, symbol, date, bar_end, known_ts from taker_aggression
    union all
    select 'liquidation_flow', venue, symbol, date, bar_end, known_ts from liquidation_flow
    union all
    select 'wash_like', venue, symbol, date, bar_end, known_ts from wash_like
    union all
    select 'replenishment_rate', venue, symbol, date, bar_end, known_ts from replenishment_rate
    union all
    select 'maker_flow', venue, symbol, date, bar_end, known_ts from maker_flow
    union all
    select 'maker_inventory', venue, symbol, date, bar_end, known_ts from maker_inventory
    union all
    select 'inventory_total', venue, symbol, date, bar_end, known_ts from inventory_total
    union all
    select 'inventory_state', venue, symbol, date, bar_end, known_ts from inventory_state
    union all
    select 'basis', venue, symbol, date, bar_end, known_ts from basis
    union all
    select 'reversion_signal', venue, symbol, date, bar_end, known_ts from reversion_signal
    union all
    select 'spread', venue, symbol, date, bar_end, known_ts from spread
    union all
    select 'spread_widening', venue, symbol, date, bar_end, known_ts from spread_widening
    union all
    select 'order_flow', venue, symbol, date, bar_end, known_ts from order_flow
    union all
    select 'microprice', venue, symbol, date, bar_end, known_ts from microprice
    union all
    select 'flow_seasonality', venue, symbol, date, bar_end, known_ts from flow_seasonality
    union all
    select 'price_impact', venue, symbol, date, bar_end, known_ts from price_impact
    union all
    select 'sign_memory', venue, symbol, date, bar_end, known_ts from sign_memory
    union all
    select 'volatility', venue, symbol, date, bar_end, known_ts from volatility
    union all
    select 'volatility_regime', venue, symbol, date, bar_end, known_ts from volatility_regime
    union all
    select 'correlation', venue, symbol, date, bar_end, known_ts from correlation
    union all
    select 'correlation_regime', venue, symbol, date, bar_end, known_ts from correlation_regime
    union all
    select 'observations', venue, symbol, date, bar_end, known_ts from observations
    union all
    select 'footprint', venue, symbol, date, bar_end, known_ts from footprint
    union all
    select 'implied_volatility', venue, symbol, date, bar_end, known_ts from implied_volatility
    union all
    select 'volatility_skew', venue, symbol, date, bar_end, known_ts from volatility_skew
    union all
    select 'variance_premium', venue, symbol, date, bar_end, known_ts from variance_premium
),

in_order as (
    select
        *,
        lag(known_ts) over (partition by table_name, venue, symbol, date order by bar_end) as known_before
    from bars
)

select table_name, venue, symbol, event_ts, known_ts
from events
where known_ts < event_ts
union all
select table_name, venue, symbol, bar_end, known_ts
from in_order
where known_ts < bar_end or known_ts < known_before;
