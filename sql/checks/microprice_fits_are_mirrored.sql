-- States of the best prices whose adjustment is not minus that of their mirror image, or fitted on what came later.
with fits as (
    select *, max(imbalance_bin) over (partition by venue, symbol, event_ts) - imbalance_bin as mirrored_bin
    from microprice_fits
)

select
    fits.venue,
    fits.symbol,
    fits.event_ts,
    fits.spread_ticks,
    fits.imbalance_bin,
    fits.n,
    fits.adjustment_ticks,
    mirror.n as mirrored_n,
    mirror.adjustment_ticks as mirrored_adjustment_ticks
from fits
left join microprice_fits as mirror
    on
        fits.venue = mirror.venue and fits.symbol = mirror.symbol and fits.event_ts = mirror.event_ts
        and fits.spread_ticks = mirror.spread_ticks and fits.mirrored_bin = mirror.imbalance_bin
where
    mirror.n is null
    or fits.adjustment_ticks + mirror.adjustment_ticks <> 0
    or (fits.n, fits.n_changes, fits.n_clipped) <> (mirror.n, mirror.n_changes, mirror.n_clipped)
    or fits.is_told <> mirror.is_told
    or not fits.adjustment_ticks between -1e9 and 1e9
    or (not fits.is_told and fits.adjustment_ticks <> 0)
    or (fits.is_told and fits.n < 1)
    or fits.n_clipped not between 0 and fits.n_changes
    or fits.n_changes > fits.n
    or fits.fit_start >= fits.fit_end
    or fits.fit_end > fits.event_ts
    or fits.fit_end >= fits.known_ts;
