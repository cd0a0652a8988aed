-- Microprices that are not the mid plus their adjustment, far from the mid, or of a book that is not OK; weighted mids
-- that are not the book's or not between its prices; fits that were not over.
with priced as (
    select
        price.*,
        book.state,
        book.bid_px,
        book.ask_px,
        book.microprice as book_weighted_mid_px,
        (book.bid_px + book.ask_px) / 2 as mid_px,
        price.microprice_px - (book.bid_px + book.ask_px) / 2 as adjustment_px
    from microprice as price
    left join book_state as book using (venue, symbol, bar_end)
)

select venue, symbol, bar_end, state, bid_px, ask_px, weighted_mid_px, microprice_px, adjustment_bps, is_fitted, fit_end
from priced
where
    state is null
    or (state = 'OK') <> (weighted_mid_px is not null)
    or (state = 'OK') <> (is_fitted is not null)
    or (state = 'OK') <> (spread_ticks is not null)
    or (microprice_px is null) <> (adjustment_bps is null)
    or (microprice_px is null) <> (fit_end is null)
    or (state <> 'OK' and microprice_px is not null)
    or (is_fitted and microprice_px is null)
    or (not is_fitted and adjustment_bps <> 0)
    or spread_ticks < 1
    or weighted_mid_px <> book_weighted_mid_px
    or weighted_mid_px not between bid_px * (1 - 1e-12) and ask_px * (1 + 1e-12)
    or abs(adjustment_px - adjustment_bps / 10000 * mid_px) > 1e-9 * mid_px
    or abs(adjustment_px) > 3 * (ask_px - bid_px) -- nothing forbids it, and no fit on enough of the past comes near
    or fit_end >= known_ts;
