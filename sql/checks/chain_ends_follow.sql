-- Ends of chains that were decided before the last refill or known before they were decided, or sizes that shrank.
select venue, symbol, event_ts, seq, chain_id, decided_ts, known_ts, detected_qty, own_qty, ended_by
from chain_ends
where
    decided_ts <= event_ts
    or known_ts <= decided_ts
    or start_ts > event_ts
    or detected_qty > own_qty
    or n_hidden + n_even > n_refills
    or n_fast not between n_hidden and n_refills
    or ended_by not in ('quiet', 'taken', 'passed', 'withdrawn', 'cut');
