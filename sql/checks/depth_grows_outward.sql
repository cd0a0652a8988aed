-- Depth bands that hold less than a narrower band, or less than the best level inside them.
select venue, symbol, bar_end
from book_state
where
    bid_depth_1bps_qty > bid_depth_5bps_qty
    or bid_depth_5bps_qty > bid_depth_10bps_qty
    or bid_depth_10bps_qty > bid_depth_25bps_qty
    or bid_depth_25bps_qty > bid_depth_50bps_qty
    or ask_depth_1bps_qty > ask_depth_5bps_qty
    or ask_depth_5bps_qty > ask_depth_10bps_qty
    or ask_depth_10bps_qty > ask_depth_25bps_qty
    or ask_depth_25bps_qty > ask_depth_50bps_qty
    or (spread_bps < 10 and bid_depth_5bps_qty < bid_qty);
