-- Price impact without its error, with a share of the variance outside [0, 1], or of other minutes than it counts.
select venue, symbol, bar_end, kyle_lambda, kyle_lambda_se, r2, sqrt_impact, mean_abs_flow_quote, n_windows, coverage
from price_impact
where
    (kyle_lambda is null) <> (kyle_lambda_se is null)
    or (kyle_lambda is null) <> (sqrt_impact is null)
    or (kyle_lambda is not null and coalesce(mean_abs_flow_quote, 0) = 0)
    or kyle_lambda_se < 0
    or kyle_lambda = 'nan'
    or r2 not between 0 and 1
    or coverage not between 0 and 1
    or (coverage = 0) <> (n_windows = 0)
    or (kyle_lambda is not null and n_windows < 3);
