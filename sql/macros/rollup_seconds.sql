-- Seconds in a wider bar, or an error if such bars do not fill a day.
-- grain:  a scalar
create or replace macro rollup_seconds(width) as
    case
        when epoch(width::interval) % 1 = 0 and 86400 % epoch(width::interval) = 0 then epoch(width::interval)::bigint
        else error('expected a width of whole seconds that divides a day, as interval 5 minutes; got ' || width)
    end;
