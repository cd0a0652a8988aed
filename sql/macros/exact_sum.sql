-- Sum that is the same in whatever order rows are added: floats are counted in units of 1e-12.
-- grain:  an aggregate; null without values
create or replace macro exact_sum(value) as sum(value::decimal(38, 12))::double;
