-- Taker flow in wider bars: sums over the seconds that were covered, the running sum at the last of them.
-- grain:  one row per venue, symbol, bar_end; none where no second stands
-- reads:  taker_flow, rollup_end, rollup_seconds, exact_sum, if_covered
-- column: date      | UTC day the bar lies in; a condition on it reads that day only
-- column: bar_end   | exclusive end of the bar, which holds the seconds with bar_end in (bar_end - width, bar_end]
-- column: known_ts  | from when the row may be used: when its last second was known, and never before the bar's end
-- column: buy_qty   | bought by takers, base; this and all values below are null where coverage < 0.8
-- column: sell_qty  | sold by takers, base
-- column: n_prints  | prints on the public book
-- column: n_orders  | taker orders, added up by second
-- column: net_quote | notional bought minus sold by takers
-- column: cvd_qty   | running sum since 00:00 UTC or the last gap, as of bar_end
-- column: coverage  | seconds with a stated flow / seconds of the bar
create or replace macro taker_flow_rollup(width) as table
with seconds as (
    select * exclude (bar_end), bar_end as second, rollup_end(bar_end, width) as bar_end
    from taker_flow
),

bars as (
    select
        venue,
        symbol,
        date,
        bar_end,
        greatest(max(known_ts), bar_end) as known_ts,
        exact_sum(buy_qty) as buy_qty,
        exact_sum(sell_qty) as sell_qty,
        sum(n_prints)::bigint as n_prints,
        sum(n_orders)::bigint as n_orders,
        exact_sum(net_quote) as net_quote,
        max(cvd_qty) filter (where second = bar_end) as cvd_qty,
        count(buy_qty) / rollup_seconds(width) as coverage
    from seconds
    group by venue, symbol, date, bar_end
)

select
    venue,
    symbol,
    date,
    bar_end,
    known_ts,
    if_covered(buy_qty, coverage) as buy_qty,
    if_covered(sell_qty, coverage) as sell_qty,
    if_covered(n_prints, coverage) as n_prints,
    if_covered(n_orders, coverage) as n_orders,
    if_covered(net_quote, coverage) as net_quote,
    if_covered(cvd_qty, coverage) as cvd_qty,
    coverage
from bars;
