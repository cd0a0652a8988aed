-- Basis in bars of a minute; columns as basis_rollup has them.
-- grain:  one row per venue, symbol, bar_end
-- reads:  basis_rollup
create or replace macro basis_1m() as table
from basis_rollup(interval 1 minute);
