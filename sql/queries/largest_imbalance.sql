-- The ten seconds in which the touch leaned most, and what the mid did in the five seconds after the row was known.
with seconds as (
    select
        venue,
        symbol,
        bar_end,
        imbalance_1,
        mid_px,
        lead(mid_px, 6) over market as mid_later
    from market_seconds
    window market as (partition by venue, symbol order by bar_end)
)

select
    venue,
    symbol,
    bar_end,
    round(imbalance_1, 3) as imbalance_1,
    mid_px,
    round(1e4 * (mid_later / mid_px - 1), 2) as move_after_bps
from seconds
where mid_later is not null
order by abs(imbalance_1) desc, bar_end
limit 10;
