"""Defects of tables of what makers hold and what is made of it: by check, statements that plant one in good tables."""

from tests.sql.planted_rows import FULL_MINUTE, NEXT_MINUTE, footprint, inventory, inventory_sum, makers, rule

DEFECTS = {
    "footprint_in_range": [
        footprint(sweep_strength="1.1"),
        footprint(pull_strength="-0.1"),
        footprint(sweep_age_min="-1"),
        footprint(n_down="1"),
    ],
    "inventory_scores_in_range": [
        inventory(q_level="1.1"),
        inventory(coverage="-0.1"),
        inventory(confidence="2"),
        inventory(inventory_qty="null"),
        inventory(z_level="null"),
    ],
    "makers_mirror_takers": [
        f"{FULL_MINUTE}; {makers(30)}",
        f"{FULL_MINUTE}; {makers('null')}",
        f"{FULL_MINUTE}; {makers(-30)}; delete from taker_flow where second(bar_end) = 5",
    ],
    "reversion_is_one_machine": [
        rule(direction="-1"),
        rule(state="'SHORT'"),
        rule(state="'IDLE'"),
        rule(entry_px="null"),
        rule(waited="null"),
        rule(state="'ARMED'", waited="null"),
        f"{rule()}; insert into reversion_signal by name {NEXT_MINUTE}",
    ],
    "total_is_the_sum_of_its_markets": [
        inventory_sum(inventory_qty="1"),
        inventory_sum(n_known="2"),
        inventory_sum(n_markets="3"),
        inventory_sum(markets="concat(venue, '/', symbol, ' + elsewhere/X')"),
        f"{inventory_sum()}; delete from maker_inventory",
        inventory_sum(inventory_qty="null", markets="concat(venue, '/', symbol)", n_markets="1"),
    ],
    "total_scores_in_range": [
        inventory_sum(q_level="1.1"),
        inventory_sum(known_share="1.1"),
        inventory_sum(coverage="-0.1"),
        inventory_sum(confidence="2"),
        inventory_sum(n_known="3"),
        inventory_sum(inventory_qty="null"),
        inventory_sum(z_level="null"),
    ],
}
