-- Mean over the seconds of a bar that have a value; null if they are less than 80 % of its seconds.
-- grain:  an aggregate
-- reads:  exact_sum, if_covered
create or replace macro covered_mean(value, seconds) as
    if_covered(exact_sum(value) / count(value), count(value) / seconds);
