-- The value if at least 80 % of its bar was covered, else null.
-- grain:  a scalar
create or replace macro if_covered(value, coverage) as case when coverage >= 0.8 then value end;
