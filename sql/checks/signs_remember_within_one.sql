-- Correlations of signs outside [-1, 1], exponents without an error or where signs are not known to fade, false coverage.
select venue, symbol, bar_end, gamma, gamma_se, acf_1, acf_10, acf_100, n_orders, coverage
from sign_memory
where
    acf_1 not between -1 and 1
    or acf_10 not between -1 and 1
    or acf_100 not between -1 and 1
    or (gamma is null) <> (gamma_se is null)
    or gamma_se < 0
    or gamma = 'nan'
    or (gamma is not null and acf_1 is null)
    or n_orders < 0
    or coverage not between 0 and 1;
