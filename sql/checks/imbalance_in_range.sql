-- Imbalances outside [-1, 1].
select venue, symbol, bar_end, imbalance_1, imbalance_5, imbalance_10bps
from book_state
where abs(imbalance_1) > 1 or abs(imbalance_5) > 1 or abs(imbalance_10bps) > 1;
