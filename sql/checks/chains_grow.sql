-- Refills of a chain that do not make it one refill longer, or make it smaller or change its side.
with steps as (
    select
        *,
        lag(n_refills) over chain as refills_before,
        lag(executed_qty) over chain as executed_before,
        lag(side) over chain as side_before
    from replenishment
    window chain as (partition by venue, symbol, date, chain_id order by event_ts, seq)
)

select venue, symbol, event_ts, seq, chain_id, n_refills, n_hidden, executed_qty
from steps
where
    n_refills <> refills_before + 1
    or executed_qty < executed_before
    or side <> side_before
    or n_hidden not between 0 and n_refills
    or start_ts > event_ts;
