-- Correlations outside [-1, 1], ranks or coverages outside [0, 1], values below the coverage they need, and spikes of unknown correlations.
select venue, symbol, bar_end, correlation, short_correlation, coverage, null as q_correlation, null as is_spike
from correlation
where
    correlation not between -1 and 1
    or short_correlation not between -1 and 1
    or coverage not between 0 and 1
    or short_coverage not between 0 and 1
    or (correlation is not null and (coverage < 0.8 or reference is null))
    or (short_correlation is not null and short_coverage < 0.8)
union all
select venue, symbol, bar_end, vol_adjusted_correlation, null, null, q_correlation, is_spike
from correlation_regime
where
    vol_adjusted_correlation not between -1 and 1
    or q_correlation not between 0 and 1
    or (is_spike is not null and (q_correlation is null or is_vol_high is null))
    or (is_spike_naive is null) <> (q_correlation is null);
