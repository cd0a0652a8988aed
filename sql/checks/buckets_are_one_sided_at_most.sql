-- Volume buckets more than one-sided, out of time or number, of two sizes in a day, or with a ratio that is none of theirs.
with in_order as (
    select
        *,
        lag(event_ts) over buckets as closed_before,
        row_number() over buckets - 1 as number,
        min(bucket_qty) over (partition by venue, symbol, date) as least_qty
    from vpin
    window buckets as (partition by venue, symbol, date order by seq)
)

select venue, symbol, event_ts, seq, bucket_qty, least_qty, opened_ts, imbalance, vpin, vpin_null, vpin_ratio, n_orders
from in_order
where
    abs(imbalance) > 1
    or vpin not between 0 and 1
    or vpin_null not between 0 and 1
    or abs(vpin_ratio * vpin_null - vpin) > 1e-12
    or (vpin is null) <> (vpin_null is null)
    or (vpin is not null and coalesce(n_orders, 0) < 1)
    or opened_ts > event_ts
    or opened_ts < closed_before
    or seq <> number
    or bucket_qty <> least_qty;
