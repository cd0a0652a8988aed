-- Yearly funding that is not rate x 8760 / interval, or stated where one of these is not.
select venue, symbol, bar_end, funding_rate, interval_h, funding_apr
from basis
where
    (funding_apr is null) <> (funding_rate is null or interval_h is null)
    or abs(funding_apr - funding_rate * 8760 / interval_h) > 1e-12;
