-- Order-flow imbalance of one change of the best quotes: Cont, Kukanov and Stoikov (2014); > 0 is buying pressure.
-- grain:  a scalar of best bid, its size, best ask, its size: after the change, then before it
create or replace macro ofi_event(b, qb, a, qa, b0, qb0, a0, qa0) as
    case when b >= b0 then qb else 0 end
    - case when b <= b0 then qb0 else 0 end
    - case when a <= a0 then qa else 0 end
    + case when a >= a0 then qa0 else 0 end;
