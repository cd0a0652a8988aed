-- Snapshots with more levels wrong than were compared, or compared with a book of later messages; and gaps of a mismatch
-- that no snapshot found.
select venue, symbol, event_ts, compared, missing + stale + resized as wrong
from book_checks
where
    least(missing, stale, resized) < 0
    or missing + stale + resized > compared
    or known_ts < event_ts
    or greatest(since_ts, before_ts) > event_ts
union all
select gaps.venue, gaps.symbol, gaps.to_ts, null, null
from gaps
left join book_checks as checks
    on
        gaps.venue = checks.venue and gaps.symbol = checks.symbol and gaps.to_ts = checks.event_ts
        and checks.missing + checks.stale + checks.resized > 0
where gaps.reason = 'snapshot_mismatch' and checks.event_ts is null;
