-- Order flow of one second that is not the book's or the takers' of that second, or stated below a coverage of 0.8.
select
    order_flow.venue,
    order_flow.symbol,
    order_flow.bar_end,
    order_flow.ofi_1s,
    book.ofi_1,
    order_flow.ofi_norm_1s,
    order_flow.tfi_norm_1s
from order_flow
left join book_state as book using (venue, symbol, bar_end)
left join taker_flow as tape using (venue, symbol, bar_end)
where
    (order_flow.ofi_1s is null) <> (book.ofi_1 is null)
    or abs(order_flow.ofi_1s - book.ofi_1) > 1e-9 * (1 + abs(book.ofi_1))
    or abs(order_flow.ofi_norm_1s * (book.bid_qty + book.ask_qty) / 2 - book.ofi_1) > 1e-9 * (1 + abs(book.ofi_1))
    or abs(order_flow.tfi_norm_1s * (book.bid_qty + book.ask_qty) / 2 - (tape.buy_qty - tape.sell_qty))
    > 1e-9 * (1 + tape.buy_qty + tape.sell_qty)
    or (coverage_10s < 0.8 and coalesce(ofi_10s, ofi_norm_10s, ofi_integrated_10s, tfi_norm_10s) is not null)
    or (coverage_60s < 0.8 and coalesce(ofi_60s, ofi_norm_60s, ofi_integrated_60s, tfi_norm_60s) is not null)
    or greatest(coverage_1s, coverage_10s, coverage_60s, tape_coverage_1s, tape_coverage_10s, tape_coverage_60s) > 1;
