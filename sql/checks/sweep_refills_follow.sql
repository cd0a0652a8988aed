-- Refills of sweeps that are no sweep of the day, are known before it, or whose share is not what their depths say.
select refills.venue, refills.symbol, refills.event_ts, refills.seq, refills.refilled_share
from sweep_refills as refills
left join sweeps using (venue, symbol, date, seq)
where
    refills.event_ts is distinct from sweeps.event_ts
    or refills.side is distinct from sweeps.side
    or refills.depth_consumed_qty is distinct from sweeps.depth_consumed_qty
    or refills.known_ts < sweeps.known_ts
    or refills.known_ts <= refills.event_ts
    or abs(
        refills.refilled_share * refills.depth_consumed_qty
        - (refills.depth_after_qty - refills.depth_before_qty + refills.depth_consumed_qty)
    ) > 1e-9 * (refills.depth_after_qty + refills.depth_before_qty + refills.depth_consumed_qty)
    or (
        refills.refilled_share is null and refills.depth_consumed_qty > 0
        and refills.depth_before_qty is not null and refills.depth_after_qty is not null
    );
