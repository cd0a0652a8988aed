-- The most that rested in a price bucket at one moment of a stretch of time, both sides together, base units.
-- As the feed states it: messages that do not continue the chain of ids are not left out.
with bucket as (
    select seq, event_ts, side, price, qty
    from book_updates
    where venue = '{venue}' and symbol = '{symbol}' and date = date '{date}' and event_ts < timestamptz '{until}'
        and price >= {low} and price < {high}
),
yesterday as (
    select * from book_close where venue = '{venue}' and symbol = '{symbol}' and date = date '{date}' - 1
),
opening as (
    select 1 as side, unnest(bid_px) as price, unnest(bid_qty) as qty from yesterday
    union all
    select -1 as side, unnest(ask_px) as price, unnest(ask_qty) as qty from yesterday
),
opened as (
    select * from opening where price >= {low} and price < {high}
),
snapshots as (
    select min(seq) as seq, min(event_ts) as event_ts
    from book_updates
    where venue = '{venue}' and symbol = '{symbol}' and date = date '{date}' and event_ts < timestamptz '{until}'
        and is_snapshot
    group by msg_id
),
levels as (
    select side, price from bucket
    union
    select side, price from opened
),
settings as (
    select -1 as seq, 1 as step, timestamptz '{date} 00:00:00+00' as event_ts, side, price, qty from opened
    union all
    select seq, 0 as step, event_ts, side, price, 0 as qty from snapshots cross join levels
    union all
    select seq, 1 as step, event_ts, side, price, qty from bucket
),
changes as (
    select event_ts, qty - coalesce(lag(qty) over (partition by side, price order by seq, step), 0) as change
    from settings
),
moments as (
    select event_ts, sum(sum(change)) over (order by event_ts) as qty from changes group by event_ts
)
select
    round(coalesce(greatest(
        max(qty) filter (event_ts >= timestamptz '{since}'),
        arg_max(qty, event_ts) filter (event_ts <= timestamptz '{since}')
    ), 0), 9) as largest_qty
from moments
