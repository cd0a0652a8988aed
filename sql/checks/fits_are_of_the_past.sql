-- Fits of regimes whose past is not over when they are made, whose states are out of order, or whose probabilities do not add up to 1.
with fits as (
    select 'regime_fits' as table_name, * from regime_fits
    union all
    select 'correlation_fits', * from correlation_fits
),

in_order as (
    select
        *,
        lag(mean) over same_fit as lower_mean,
        lag(state, 1, -1) over same_fit as state_before,
        sum(share) over (partition by table_name, venue, symbol, event_ts) as shares
    from fits
    window same_fit as (partition by table_name, venue, symbol, event_ts order by state)
)

select table_name, venue, symbol, event_ts, state, mean, lower_mean, shares, fit_start, fit_end, known_ts
from in_order
where
    fit_end > event_ts
    or fit_start > fit_end
    or known_ts < event_ts
    or mean < lower_mean
    or state <> state_before + 1
    or sd <= 0
    or abs(shares - 1) > 1e-9
    or abs(stay_prob + up_prob + down_prob - 1) > 1e-9;
