-- Pulls of quotes that are none: mostly traded, nothing withdrawn, known before they were over, or not on their side.
select venue, symbol, event_ts, seq, side, displayed_qty, traded_qty, pulled_qty, gap_bps, seen_ts, known_ts
from quote_pulls
where
    side not in (-1, 1)
    or direction <> -side
    or traded_qty < 0
    or traded_qty >= displayed_qty
    or not pulled_qty > 0
    or not gap_bps > 0
    or not spread_before_bps > 0
    or not event_ts < seen_ts
    or not seen_ts <= known_ts
    or is_restored <> (restored_ms is not null)
    or restored_ms <= 0
    or restored_ms * 1000 > date_diff('microsecond', event_ts, known_ts);
