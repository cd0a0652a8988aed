-- What was unusual, minute by minute: the strong observations of the footprint, one a row.
-- grain:  one row per venue, symbol, bar_end, observation
-- reads:  footprint
-- column: observation | which one; the dictionary of `footprint` says what it is and what speaks for its reading
-- column: value       | the observation, in its own unit
-- column: strength    | share of the trailing minutes with a weaker value, 0 to 1
-- column: reading     | how it is read: fixed beforehand, no forecast
-- column: age_min     | minutes since it was last seen
-- column: n           | orders, refills, pairs, seconds or rows it rests on
-- column: known_ts    | from when it may be used
create or replace view strong_observations as
select
    venue,
    symbol,
    bar_end,
    observation,
    value,
    strength,
    reading,
    age_min,
    n,
    known_ts
from (
    unpivot footprint
    on
        (imbalance, imbalance_strength, imbalance_reading, imbalance_age_min, imbalance_n) as 'imbalance',
        (order_flow, order_flow_strength, order_flow_reading, order_flow_age_min, order_flow_n) as 'order_flow',
        (pull, pull_strength, pull_reading, pull_age_min, pull_n) as 'pull',
        (replenishment, replenishment_strength, replenishment_reading, replenishment_age_min, replenishment_n) as 'replenishment',
        (sweep, sweep_strength, sweep_reading, sweep_age_min, sweep_n) as 'sweep',
        (block, block_strength, block_reading, block_age_min, block_n) as 'block',
        (aggression, aggression_strength, aggression_reading, aggression_age_min, aggression_n) as 'aggression',
        (wash_like, wash_like_strength, wash_like_reading, wash_like_age_min, wash_like_n) as 'wash_like',
        (spread_widening, spread_widening_strength, spread_widening_reading, spread_widening_age_min, spread_widening_n) as 'spread_widening',
        (basis, basis_strength, basis_reading, basis_age_min, basis_n) as 'basis',
        (funding, funding_strength, funding_reading, funding_age_min, funding_n) as 'funding',
        (inventory, inventory_strength, inventory_reading, inventory_age_min, inventory_n) as 'inventory',
        (volatility, volatility_strength, volatility_reading, volatility_age_min, volatility_n) as 'volatility',
        (toxicity, toxicity_strength, toxicity_reading, toxicity_age_min, toxicity_n) as 'toxicity',
        (impact, impact_strength, impact_reading, impact_age_min, impact_n) as 'impact'
    into name observation value value, strength, reading, age_min, n
)
where reading <> 'ordinary';
