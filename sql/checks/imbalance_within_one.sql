-- Imbalances of the book outside [-1, 1].
select venue, symbol, bar_end, columns('^imbalance_.*')
from book_state
where greatest(*columns('^imbalance_.*')) > 1 or least(*columns('^imbalance_.*')) < -1;
