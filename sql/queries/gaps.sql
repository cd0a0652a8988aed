-- Where data is missing, longest first.
select
    venue,
    symbol,
    table_name,
    reason,
    from_ts,
    to_ts,
    round(epoch(to_ts - from_ts), 3) as seconds
from gaps
order by seconds desc, table_name;
