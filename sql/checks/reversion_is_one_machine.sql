-- Minutes of reversion_signal that no machine passes through: another side than the state has, an entry price outside of a
-- position or none inside, or a state that changed for no reason.
with in_order as (
    select
        *,
        lag(state) over (partition by venue, symbol, date order by bar_end) as state_before
    from reversion_signal
)

select venue, symbol, bar_end, state_before, state, reason, direction, entry_px
from in_order
where
    (state = 'IDLE') <> (direction = 0)
    or (state = 'LONG' and direction <> 1)
    or (state = 'SHORT' and direction <> -1)
    or (state in ('LONG', 'SHORT')) <> (entry_px is not null)
    or (state in ('ENTRY', 'LONG', 'SHORT')) <> (waited is not null)
    or (state <> state_before and reason is null);
