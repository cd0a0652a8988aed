-- Where every line of every raw file went.
select
    manifest.venue,
    manifest.symbol,
    manifest.file_id,
    parse_filename(manifest.path) as file,
    manifest.lines,
    sum(accounts.lines_kept)::bigint as kept,
    sum(accounts.lines_duplicate)::bigint as duplicate,
    sum(accounts.lines_quarantined)::bigint as quarantined
from manifest
inner join accounts using (venue, symbol, file_id)
group by all
order by manifest.venue, manifest.symbol, file;
