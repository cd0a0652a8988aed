-- Days on which the seconds do not add up to the tape inside them.
with bars as (
    select venue, symbol, date, sum(n_prints) as prints, min(bar_end) as first_bar, max(bar_end) as last_bar
    from taker_flow
    group by all
),

tape as (
    select bars.venue, bars.symbol, bars.date, count(*) as prints
    from bars
    inner join trades
        on
            trades.venue = bars.venue and trades.symbol = bars.symbol and trades.date = bars.date
            and trades.event_ts >= bars.first_bar - interval '1 second' and trades.event_ts < bars.last_bar
            and not trades.is_off_market and trades.taker_side <> 0
    inner join taker_flow as bar
        on
            bar.venue = trades.venue and bar.symbol = trades.symbol
            and bar.bar_end = time_bucket(interval '1 second', trades.event_ts) + interval '1 second'
            and bar.n_prints is not null
    group by all
)

select bars.*, tape.prints as tape_prints
from bars
left join tape using (venue, symbol, date)
where coalesce(bars.prints, 0) <> coalesce(tape.prints, 0);
