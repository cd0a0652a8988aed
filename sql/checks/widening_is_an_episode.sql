-- Seconds wide for no time or narrow for some, scored without a spread, or wide for a time that no second led up to.
select *
from (
    select
        *,
        lag(bar_end) over market_day as bar_before,
        lag(episode_s) over market_day as episode_before
    from spread_widening
    window market_day as (partition by venue, symbol, date order by bar_end)
)
where
    is_wide <> (episode_s > 0)
    or episode_s < 0
    or (is_wide is null) <> (z is null)
    or (z is not null and spread_ticks is null)
    or (z_seasonal is not null and typical_spread_bps is null)
    or (episode_s > 1 and episode_before + 1 <> episode_s)
    or (episode_s > 1 and bar_end - bar_before <> to_seconds(1))
    or spread_ticks < 1
    or above_tick_share not between 0 and 1
    or coverage not between 0 and 1;
