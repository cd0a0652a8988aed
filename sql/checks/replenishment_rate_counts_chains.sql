-- Minutes of replenishment_rate that do not count the refills of their side, that are not two a minute, or whose ratio,
-- imbalance or remaining sizes are out of order.
with refills as (
    select
        venue,
        symbol,
        time_bucket(interval '1 minute', event_ts) + interval '1 minute' as bar_end,
        side,
        count(*) as n_refills
    from replenishment
    group by all
)

select rates.venue, rates.symbol, rates.bar_end, rates.side, rates.n_refills, refills.n_refills as n_in_chains
from replenishment_rate as rates
left join refills using (venue, symbol, bar_end, side)
where
    rates.n_refills <> coalesce(refills.n_refills, 0)
    or rates.side not in (-1, 1)
    or rates.n_sized > rates.n_chains
    or (rates.n_refills = 0 and rates.executed_qty + rates.refilled_qty <> 0)
    or rates.executed_qty < 0
    or rates.refilled_qty < 0
    or rates.replenish_ratio < 0
    or rates.replenish_imbalance not between -1 and 1
    or rates.remaining_low_qty > rates.remaining_high_qty
    or (rates.n_sized = 0) <> (rates.remaining_qty is null and rates.n_sized is not null)
    or (rates.n_refills is not null and rates.coverage < 0.8)
union all
select venue, symbol, bar_end, null, count(*), null
from replenishment_rate
group by venue, symbol, bar_end
having count(*) <> 2;
