-- Changes of the best quotes whose order-flow imbalance, worked by hand, is not what ofi_event says.
with ledger (change, b, qb, a, qa, b0, qb0, a0, qa0, by_hand) as (
    values
        ('bid grows from 5 to 7', 100, 7, 101, 4, 100, 5, 101, 4, 2),
        ('bid improves', 100.5, 3, 101, 4, 100, 5, 101, 4, 3),
        ('ask retreats', 100.5, 3, 101.5, 6, 100.5, 3, 101, 4, 4),
        ('ask improves', 100, 5, 100.5, 2, 100, 5, 101, 4, -2),
        ('bid retreats', 99.5, 6, 101, 4, 100, 5, 101, 4, -5),
        ('ask grows from 4 to 7', 100, 5, 101, 7, 100, 5, 101, 4, -3)
)

select *, ofi_event(b, qb, a, qa, b0, qb0, a0, qa0) as said
from ledger
where ofi_event(b, qb, a, qa, b0, qb0, a0, qa0) is distinct from by_hand;
