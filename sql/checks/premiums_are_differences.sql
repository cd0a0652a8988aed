-- Premiums that are not the implied less the realised beside them, values below the coverage they need, and none where both are.
select venue, symbol, bar_end, maturity_days, atm_iv, realised_vol, trailing_premium, atm_iv_before, realised_premium, coverage
from variance_premium
where
    atm_iv <= 0
    or realised_vol < 0
    or coverage not between 0 and 1
    or (realised_vol is not null and (coverage < 0.8 or reference is null))
    or (trailing_premium is null) <> (atm_iv is null or realised_vol is null)
    or (realised_premium is null) <> (atm_iv_before is null or realised_vol is null)
    or (trailing_premium_vol is null) <> (trailing_premium is null)
    or (realised_premium_vol is null) <> (realised_premium is null)
    or abs(trailing_premium - (atm_iv * atm_iv - realised_vol * realised_vol)) > 1e-9
    or abs(realised_premium - (atm_iv_before * atm_iv_before - realised_vol * realised_vol)) > 1e-9
    or abs(trailing_premium_vol - (atm_iv - realised_vol)) > 1e-9
    or abs(realised_premium_vol - (atm_iv_before - realised_vol)) > 1e-9;
