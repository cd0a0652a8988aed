-- Basis in bars of five minutes; columns as basis_rollup has them.
-- grain:  one row per venue, symbol, bar_end
-- reads:  basis_rollup
create or replace macro basis_5m() as table
from basis_rollup(interval 5 minutes);
