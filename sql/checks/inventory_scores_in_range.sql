-- Ranks, coverages or confidences of inventories outside [0, 1], and scores without what they are made of.
select venue, symbol, bar_end, half_life_min, inventory_qty, z_level, q_level, coverage, confidence
from maker_inventory
where
    q_level not between 0 and 1
    or coverage not between 0 and 1
    or confidence not between 0 and 1
    or (inventory_qty is null and coalesce(z_level, z_change) is not null)
    or (z_level is null and q_level is not null);
