-- Taker flow in bars of five minutes; columns as taker_flow_rollup has them.
-- grain:  one row per venue, symbol, bar_end
-- reads:  taker_flow_rollup
create or replace macro taker_flow_5m() as table
from taker_flow_rollup(interval 5 minutes);
