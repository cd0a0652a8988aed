-- Weights of levels whose absolute values do not add up to 1, whose sum is not positive, or fitted on what came later.
select *
from flow_loadings
where
    abs(abs(loading_1) + abs(loading_2) + abs(loading_3) + abs(loading_4) + abs(loading_5) - 1) > 1e-9
    or loading_1 + loading_2 + loading_3 + loading_4 + loading_5 <= 0
    or (loading_1 is null) <> (explained_share is null)
    or explained_share not between 0 and 1 + 1e-9
    or n < 1
    or fit_start >= fit_end
    or fit_end > event_ts
    or fit_end >= known_ts;
