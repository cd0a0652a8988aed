-- Book state in wider bars: the book at the last second, its flow added up, spread and imbalance as time means.
-- grain:  one row per venue, symbol, bar_end; none where no second stands
-- reads:  book_state, rollup_end, rollup_seconds, exact_sum, covered_mean, if_covered
-- column: date            | UTC day the bar lies in; a condition on it reads that day only
-- column: bar_end         | exclusive end of the bar, which holds the seconds with bar_end in (bar_end - width, bar_end]
-- column: known_ts        | from when the row may be used: when its last second was known, and never before the bar's end
-- column: state           | state of the book at bar_end; null if that second is missing
-- column: coverage        | seconds with a usable book and a stated flow / seconds of the bar
-- column: bid_px          | best bid at bar_end; this and every value below is null where coverage < 0.8
-- column: bid_qty         | size at the best bid at bar_end, base
-- column: ask_px          | best ask at bar_end
-- column: ask_qty         | size at the best ask at bar_end, base
-- column: microprice      | mid weighted by the opposite sizes at bar_end
-- column: mean_spread_bps | mean of spread_bps over the covered seconds that have it
create or replace macro book_state_rollup(width) as table
with seconds as (
    select
        * exclude (bar_end),
        bar_end as second,
        rollup_end(bar_end, width) as bar_end,
        ofi_1 is not null as is_covered
    from book_state
),

bars as (
    select
        venue,
        symbol,
        date,
        bar_end,
        greatest(max(known_ts), bar_end) as known_ts,
        max(state) filter (where second = bar_end) as state,
        count_if(is_covered) / rollup_seconds(width) as coverage,
        max(columns(lambda name: not regexp_full_match(
            name, 'venue|symbol|date|bar_end|known_ts|second|state|is_covered|coverage|spread_bps|imbalance_.*|ofi_.*'
        ))) filter (where second = bar_end) as '\0',
        covered_mean(
            case when is_covered then columns('^spread_bps$|^imbalance_.*') end, rollup_seconds(width)
        ) as 'mean_\0',
        exact_sum(columns('^ofi_.*')) as '\0'
    from seconds
    group by venue, symbol, date, bar_end
)

select
    venue,
    symbol,
    date,
    bar_end,
    known_ts,
    state,
    coverage,
    if_covered(columns(* exclude (venue, symbol, date, bar_end, known_ts, state, coverage)), coverage) as '\0'
from bars;
