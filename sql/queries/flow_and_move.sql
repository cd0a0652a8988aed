-- Did the mid move with the taker flow of the same minute? Contemporaneous, not a forecast.
with minutes as (
    select
        venue,
        symbol,
        time_bucket(interval '1 minute', bar_end - interval '1 second') as minute,
        sum(net_qty) as net_qty,
        first(mid_px order by bar_end) as mid_open,
        last(mid_px order by bar_end) as mid_close,
        count(*) as seconds
    from market_seconds
    where mid_px is not null
    group by venue, symbol, minute
)

select
    venue,
    symbol,
    minute,
    round(net_qty, 3) as net_qty,
    round(1e4 * (mid_close / mid_open - 1), 2) as move_bps,
    seconds
from minutes
order by venue, symbol, minute;
