-- Tables with more or fewer rows than their accounts.
with counted as (
    select 'book_updates' as table_name, venue, symbol, date, count(*) as n_rows from book_updates group by all
    union all
    select 'trades', venue, symbol, date, count(*) from trades group by all
    union all
    select 'book_ticker', venue, symbol, date, count(*) from book_ticker group by all
    union all
    select 'derivative_ticker', venue, symbol, date, count(*) from derivative_ticker group by all
    union all
    select 'funding', venue, symbol, date, count(*) from funding group by all
    union all
    select 'liquidations', venue, symbol, date, count(*) from liquidations group by all
    union all
    select 'fills', venue, symbol, date, count(*) from fills group by all
    union all
    select 'depth_bands', venue, symbol, date, count(*) from depth_bands group by all
    union all
    select 'positioning', venue, symbol, date, count(*) from positioning group by all
    union all
    select 'price_bars', venue, symbol, date, count(*) from price_bars group by all
    union all
    select 'option_quotes', venue, symbol, date, count(*) from option_quotes group by all
    union all
    select 'vol_index', venue, symbol, date, count(*) from vol_index group by all
),

stated as (
    select table_name, venue, symbol, date, sum(rows_out) as n_rows
    from accounts
    group by all
)

select
    table_name,
    venue,
    symbol,
    date,
    counted.n_rows as rows_there,
    stated.n_rows as rows_stated
from stated
full join counted using (table_name, venue, symbol, date)
where coalesce(counted.n_rows, 0) <> coalesce(stated.n_rows, 0) and table_name <> 'unknown';
