-- Basis in wider bars: its mean over the covered seconds, and everything as of the last second.
-- grain:  one row per venue, symbol, bar_end; none where no second stands
-- reads:  basis, rollup_end, rollup_seconds, covered_mean, if_covered
-- column: date                 | UTC day the bar lies in; a condition on it reads that day only
-- column: bar_end              | exclusive end of the bar, which holds the seconds with bar_end in (bar_end - width, bar_end]
-- column: known_ts             | from when the row may be used: when its last second was known, and never before the bar's end
-- column: basis_mid_bps        | mid against the reference's mid at bar_end; this is null where coverage < 0.8
-- column: mean_basis_mid_bps   | mean over the seconds that have both mids
-- column: basis_index_bps      | mark against index at bar_end
-- column: mean_basis_index_bps | mean over the seconds that have both; null if they are less than 80 %
-- column: funding_apr          | running estimate at bar_end, per year; > 0 longs pay shorts
-- column: interval_h           | hours the funding rate is for
-- column: coverage             | seconds with both mids / seconds of the bar
create or replace macro basis_rollup(width) as table
with seconds as (
    select * exclude (bar_end), bar_end as second, rollup_end(bar_end, width) as bar_end
    from basis
),

bars as (
    select
        venue,
        symbol,
        date,
        bar_end,
        greatest(max(known_ts), bar_end) as known_ts,
        max(basis_mid_bps) filter (where second = bar_end) as basis_mid_bps,
        covered_mean(basis_mid_bps, rollup_seconds(width)) as mean_basis_mid_bps,
        max(basis_index_bps) filter (where second = bar_end) as basis_index_bps,
        covered_mean(basis_index_bps, rollup_seconds(width)) as mean_basis_index_bps,
        max(funding_apr) filter (where second = bar_end) as funding_apr,
        max(interval_h) filter (where second = bar_end) as interval_h,
        count(basis_mid_bps) / rollup_seconds(width) as coverage
    from seconds
    group by venue, symbol, date, bar_end
)

select
    venue,
    symbol,
    date,
    bar_end,
    known_ts,
    if_covered(basis_mid_bps, coverage) as basis_mid_bps,
    mean_basis_mid_bps,
    basis_index_bps,
    mean_basis_index_bps,
    funding_apr,
    interval_h,
    coverage
from bars;
