-- Seconds missing between the first and the last bar of a day.
select venue, symbol, date, count(*) as bars, epoch(max(bar_end) - min(bar_end))::bigint + 1 as expected
from book_state
group by all
having bars <> expected;
