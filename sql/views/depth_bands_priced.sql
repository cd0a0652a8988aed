-- Depth bands beside the market's price: bands that speak of another price are of another time.
-- grain:  one row per venue, symbol, event_ts, band_pct
-- reads:  depth_bands, price_bars
-- column: mean_px      | cum_quote / cum_qty, the mean price of what the band displays; null if it displays nothing
-- column: price_px     | close of the last bar that ended by then (mark if there is one, else trade); null if older than ten minutes
-- column: is_off_price | mean_px lies more than 1 % of the price outside of the band around it; null without either
-- column: known_ts     | from when both halves may be used
create or replace view depth_bands_priced as
with prices as (
    select
        venue,
        symbol,
        event_ts,
        close,
        known_ts
    from price_bars
    where price_kind in ('mark', 'trade')
    qualify row_number() over (partition by venue, symbol, event_ts order by price_kind, interval_s) = 1
),

beside as (
    select
        band.*,
        band.cum_quote / nullif(band.cum_qty, 0) as mean_px,
        case when band.event_ts - prices.event_ts <= interval 10 minutes then prices.close end as price_px,
        prices.known_ts as price_known_ts
    from depth_bands as band
    asof left join prices
        on band.venue = prices.venue and band.symbol = prices.symbol and band.event_ts >= prices.event_ts
)

select
    venue,
    symbol,
    event_ts,
    band_pct,
    cum_qty,
    cum_quote,
    n_bands,
    is_stale,
    is_misaligned,
    mean_px,
    price_px,
    mean_px / price_px not between 0.99 + least(band_pct, 0) / 100 and 1.01 + greatest(band_pct, 0) / 100 as is_off_price,
    greatest(known_ts, price_known_ts) as known_ts
from beside;
