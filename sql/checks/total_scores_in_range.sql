-- Totals with shares, ranks or confidences outside [0, 1], or scores without what they are made of.
select venue, symbol, bar_end, half_life_min, inventory_qty, z_level, q_level, known_share, coverage, confidence
from inventory_total
where
    q_level not between 0 and 1
    or known_share not between 0 and 1
    or coverage not between 0 and 1
    or confidence not between 0 and 1
    or n_known not between 0 and n_markets
    or (inventory_qty is null and coalesce(z_level, z_change, z_seasonal) is not null)
    or (z_level is null and q_level is not null);
