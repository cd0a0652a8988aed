-- Refills of a chain whose likelihood is no number, whose shares lie beyond 0 to 1, or whose counts or sizes cannot be.
select venue, symbol, event_ts, seq, chain_id, refill_class, llr, alive_share, completion_share, remaining_qty
from replenishment
where
    not isfinite(llr)
    or refill_class not in ('native', 'synthetic', 'unresolved')
    or n_native_like + n_synthetic_like > n_refills
    or alive_share not between 0 and 1 + 1e-12
    or completion_share not between 0 and 1 + 1e-12
    or remaining_qty < 0
    or remaining_low_qty < 0
    or remaining_low_qty > remaining_high_qty;
