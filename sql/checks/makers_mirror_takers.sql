-- Minutes in which makers did not receive what takers gave, to half a unit in the ninth digit of what was traded.
with minutes as (
    select
        venue,
        symbol,
        time_bucket(interval '1 minute', bar_end - interval '1 second') + interval '1 minute' as bar_end,
        sum(buy_qty - sell_qty) as taker_net_qty,
        sum(buy_qty + sell_qty) as traded_qty,
        count(buy_qty) as seconds
    from taker_flow
    group by all
)

select
    makers.venue,
    makers.symbol,
    makers.bar_end,
    makers.maker_net_qty,
    minutes.taker_net_qty,
    minutes.seconds
from maker_flow as makers
left join minutes using (venue, symbol, bar_end)
where
    (makers.coverage = 1 and minutes.seconds is distinct from 60)
    or (minutes.seconds = 60 and not coalesce(
        abs(makers.maker_net_qty + minutes.taker_net_qty) <= 5e-10 * minutes.traded_qty, false
    ));
