-- Book and taker flow of each second side by side.
-- grain:  one row per venue, symbol, bar_end
-- reads:  book_state, taker_flow
-- column: mid_px       | middle of best bid and ask, quote per base
-- column: spread_bps   | best ask minus best bid, bps of the mid
-- column: imbalance_1  | (bid size - ask size) / (bid size + ask size) at the touch, -1 to 1
-- column: ofi_1        | order-flow imbalance at the touch, base; > 0 is buying pressure
-- column: net_qty      | taker buys minus taker sells, base; makers received the opposite
-- column: cvd_qty      | running net_qty since 00:00 UTC or the last gap, base
-- column: known_ts     | from when both halves may be used
create or replace view market_seconds as
select
    venue,
    symbol,
    bar_end,
    book.state,
    (book.bid_px + book.ask_px) / 2 as mid_px,
    book.spread_bps,
    book.imbalance_1,
    book.ofi_1,
    flow.buy_qty - flow.sell_qty as net_qty,
    flow.cvd_qty,
    flow.n_orders,
    flow.coverage,
    greatest(book.known_ts, flow.known_ts) as known_ts
from book_state as book
inner join taker_flow as flow using (venue, symbol, bar_end);
