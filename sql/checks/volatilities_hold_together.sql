-- Volatilities below 0, shares outside [0, 1], values below the coverage they need, and jump shares the volatilities do not say.
select venue, symbol, bar_end, window_min, realised_vol, bipower_vol, jump_share, coverage
from volatility
where
    realised_vol < 0
    or bipower_vol < 0
    or coverage not between 0 and 1
    or jump_share not between 0 and 1
    or n_returns > window_min
    or (realised_vol is null and coalesce(bipower_vol, jump_share) is not null)
    or (realised_vol is not null and coverage < 0.8)
    or abs(jump_share - greatest(0, 1 - power(bipower_vol / realised_vol, 2))) > 1e-9;
