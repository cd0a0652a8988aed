-- Taker flow stated although too little of the second was recorded, or missing although it was.
select venue, symbol, bar_end, coverage, buy_qty
from taker_flow
where
    coverage not between 0 and 1
    or (coverage < 0.8 and buy_qty is not null)
    or (coverage >= 0.8 and (buy_qty is null or sell_qty is null or n_prints is null));
