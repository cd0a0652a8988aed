-- Seconds of the quote ledger whose amounts do not add up, are negative, or stand where there is no book or tape.
select venue, symbol, bar_end, columns('_qty$'), pull_imbalance, coverage, tape_coverage
from quote_ledger
where
    abs(bid_decreased_qty - bid_traded_qty - bid_cancelled_qty - bid_unattributable_qty) > 1e-6 * (1 + bid_decreased_qty)
    or abs(ask_decreased_qty - ask_traded_qty - ask_cancelled_qty - ask_unattributable_qty)
    > 1e-6 * (1 + ask_decreased_qty)
    or least(bid_increased_qty, bid_decreased_qty, bid_traded_qty, bid_cancelled_qty, bid_unattributable_qty) < 0
    or least(ask_increased_qty, ask_decreased_qty, ask_traded_qty, ask_cancelled_qty, ask_unattributable_qty) < 0
    or not coalesce(pull_imbalance between -1 and 1, true)
    or least(bid_pull_intensity, ask_pull_intensity) < 0
    or (pull_imbalance > 0 and ask_cancelled_qty <= ask_increased_qty)
    or (pull_imbalance < 0 and bid_cancelled_qty <= bid_increased_qty)
    or not (coverage between 0 and 1 and tape_coverage between 0 and 1)
    or (coverage < 0.8) <> (bid_decreased_qty is null)
    or (least(coverage, tape_coverage) < 0.8) <> (pull_imbalance is null);
