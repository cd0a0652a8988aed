-- Book state in bars of five minutes; columns as book_state_rollup has them.
-- grain:  one row per venue, symbol, bar_end
-- reads:  book_state_rollup
create or replace macro book_state_5m() as table
from book_state_rollup(interval 5 minutes);
