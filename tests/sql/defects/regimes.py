"""Defects of tables of the state of the market: by check, statements that plant one in good tables."""

from tests.sql.planted_rows import correlation, fit, premium, regime, spike, volatility

DEFECTS = {
    "apr_is_rate_times_hours": [
        "update basis set funding_apr = funding_apr / 3",
        "update basis set funding_apr = null",
        "update basis set interval_h = null",
    ],
    "correlations_in_range": [
        correlation(correlation="1.01"),
        correlation(short_correlation="-1.01"),
        correlation(coverage="1.1"),
        correlation(short_coverage="-0.1"),
        correlation(coverage="0.7"),
        correlation(short_coverage="0.7"),
        correlation(reference="null"),
        spike(vol_adjusted_correlation="1.01"),
        spike(q_correlation="1.1"),
        spike(is_vol_high="null"),
        spike(is_spike_naive="null"),
    ],
    "fits_are_of_the_past": [
        *(
            fit(table, **{name: value})
            for table in ("regime_fits", "correlation_fits")
            for name, value in (("fit_end", "bar_end + interval '1 us'"), ("mean", "0.5"))
        ),
        fit(fit_start="bar_end + interval '1 us'"),
        fit(known_ts="bar_end - interval '1 us'"),
        fit(state="2"),
        fit(sd="0"),
        fit(share="0.6"),
        fit(stay_prob="0.8"),
    ],
    "premiums_are_differences": [
        premium(trailing_premium="-0.09"),
        premium(realised_premium="0.07"),
        premium(trailing_premium_vol="-0.1"),
        premium(realised_premium_vol="0.1"),
        premium(coverage="0.7"),
        premium(coverage="1.1"),
        premium(reference="null"),
        premium(realised_vol="null"),
        premium(trailing_premium="null"),
        premium(realised_premium="null"),
        premium(trailing_premium_vol="null"),
        premium(realised_premium_vol="null"),
        premium(atm_iv="-0.5"),
        premium(realised_vol="-0.4"),
    ],
    "regimes_follow_their_fits": [
        *(
            regime(table, **{name: value})
            for table in ("volatility_regime", "correlation_regime")
            for name, value in (("fit_end", "bar_end"), ("fit_end", "null"), ("regime", "null"), ("is_change", "null"))
        ),
        regime(p_high="1.1"),
        regime(regime="-1"),
    ],
    "volatilities_hold_together": [
        volatility(realised_vol="-2"),
        volatility(bipower_vol="-1", jump_share="0.75"),
        volatility(jump_share="0.3"),
        volatility(jump_share="-0.1"),
        volatility(coverage="1.1"),
        volatility(coverage="0.7"),
        volatility(n_returns="6"),
        volatility(realised_vol="null"),
    ],
}
