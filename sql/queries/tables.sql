-- What is in the catalogue: rows and span of each market's signals.
select
    venue,
    symbol,
    count(*) as seconds,
    min(bar_end) as first_bar,
    max(bar_end) as last_bar,
    round(avg((state = 'OK')::int), 4) as share_book_ok,
    sum(n_prints)::bigint as prints
from book_state
inner join taker_flow using (venue, symbol, bar_end)
group by venue, symbol
order by venue, symbol;
