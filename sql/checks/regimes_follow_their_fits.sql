-- Regimes whose probability is outside [0, 1], that are stated in part, or whose past is missing or not over when they are stated.
with states as (
    select venue, symbol, bar_end, known_ts, p_high, regime, is_change, fit_end from volatility_regime
    union all
    select venue, symbol, bar_end, known_ts, p_high_correlation, regime, is_change, fit_end from correlation_regime
)

select *
from states
where
    p_high not between 0 and 1
    or regime < 0
    or (p_high is null) <> (regime is null)
    or (p_high is null) <> (is_change is null)
    or (p_high is not null and fit_end is null)
    or fit_end >= bar_end
    or fit_end >= known_ts;
