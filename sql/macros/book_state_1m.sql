-- Book state in bars of a minute; columns as book_state_rollup has them.
-- grain:  one row per venue, symbol, bar_end
-- reads:  book_state_rollup
create or replace macro book_state_1m() as table
from book_state_rollup(interval 1 minute);
