-- Chains of refills of one size as they stood at their last refill: how much came back, how often, how fast.
-- grain:  one row per venue, symbol, date, chain_id
-- reads:  replenishment
-- column: date               | UTC day; chains end at its end
-- column: chain_id           | number of the chain in the day, from 0, by its first refill
-- column: side               | +1 a bid was refilled (passive buying), -1 an ask
-- column: start_ts           | the last taker order before the first refill
-- column: last_ts            | the last refill
-- column: known_ts           | from when the row may be used: when its last refill was known
-- column: price              | where the chain stood at last, quote per base
-- column: n_refills          | refills
-- column: n_hidden           | of these, seen on the tape only
-- column: executed_qty       | executed before the refills where the chain stood, base
-- column: refilled_qty       | what came back, base
-- column: replenish_ratio    | refilled / executed
-- column: displayed_peak_qty | median of what was displayed anew, base
-- column: median_refill_ms   | median delay of the refills seen in the book, ms; null if none
-- column: refill_class       | native or synthetic if most refills came as such an iceberg's would, else unresolved
-- column: llr                | log-likelihood ratio of an order that shows itself again against chance
-- column: remaining_qty      | expected still to be executed after the last refill, base; null if too little is known
create or replace view replenishment_chains as
select
    venue,
    symbol,
    date,
    chain_id,
    side,
    start_ts,
    event_ts as last_ts,
    known_ts,
    price,
    n_refills,
    n_hidden,
    executed_qty,
    refilled_qty,
    replenish_ratio,
    displayed_peak_qty,
    median_refill_ms,
    refill_class,
    llr,
    remaining_qty
from replenishment
qualify row_number() over (partition by venue, symbol, date, chain_id order by event_ts desc, seq desc) = 1;
