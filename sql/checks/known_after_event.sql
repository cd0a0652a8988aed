-- Rows that claim to be known before they happened, and bars known before they end or in falling order.
select 'book_updates' as table_name, venue, symbol, event_ts, known_ts from book_updates where known_ts < event_ts
union all
select 'trades', venue, symbol, event_ts, known_ts from trades where known_ts < event_ts
union all
select 'book_state', venue, symbol, bar_end, known_ts from book_state where known_ts < bar_end
union all
select 'taker_flow', venue, symbol, bar_end, known_ts from taker_flow where known_ts < bar_end
union all
select 'book_state', venue, symbol, bar_end, known_ts from book_state
qualify known_ts < lag(known_ts) over (partition by venue, symbol, date order by bar_end);
