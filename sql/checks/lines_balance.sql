-- Raw files whose lines are not all accounted for.
select
    manifest.file_id,
    manifest.lines,
    sum(lines_kept + lines_duplicate + lines_quarantined) as accounted
from manifest
left join accounts using (venue, symbol, file_id)
group by manifest.file_id, manifest.lines
having manifest.lines is distinct from sum(lines_kept + lines_duplicate + lines_quarantined);
