-- Book values in a state in which there is no usable book, or a spread where bid meets ask.
select venue, symbol, bar_end, state
from book_state
where
    (state not in ('OK', 'LOCKED') and coalesce(bid_px, ask_px, imbalance_1, ofi_1, bid_depth_5bps_qty) is not null)
    or (state <> 'OK' and coalesce(spread_bps, microprice) is not null)
    or (state = 'OK' and not bid_px < ask_px);
