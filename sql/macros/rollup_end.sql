-- End of the wider bar that holds the bar stamped `bar_end`: bars are half-open and stamped with their end.
-- grain:  a scalar; counted from 00:00 UTC whatever the session's time zone; the width must divide a day
-- reads:  rollup_seconds
create or replace macro rollup_end(bar_end, width) as
    make_timestamptz(
        ((epoch_us(bar_end) - 1) // rollup_seconds(width) // 1000000 + 1) * rollup_seconds(width) * 1000000
    );
