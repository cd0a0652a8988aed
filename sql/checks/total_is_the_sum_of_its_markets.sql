-- Totals that are not the weighted sum of the inventories known in their markets, or that count these wrongly.
with terms as (
    select
        total.venue,
        total.symbol,
        total.bar_end,
        total.half_life_min,
        string_split(unnest(string_split(total.markets, ' + ')), ' ') as term
    from inventory_total as total
),

sums as (
    select
        terms.venue,
        terms.symbol,
        terms.bar_end,
        terms.half_life_min,
        sum(if(len(terms.term) = 2, terms.term[1]::double, 1.0) * market.inventory_qty) as inventory_qty,
        sum(if(len(terms.term) = 2, terms.term[1]::double, 1.0) * abs(market.inventory_qty)) as size_qty,
        count(*) as n_markets,
        count(market.inventory_qty) as n_known
    from terms
    left join maker_inventory as market
        on
            concat(market.venue, '/', market.symbol) = terms.term[-1]
            and market.bar_end = terms.bar_end
            and market.half_life_min = terms.half_life_min
    group by all
)

select
    total.venue,
    total.symbol,
    total.bar_end,
    total.half_life_min,
    total.inventory_qty,
    sums.inventory_qty as summed_qty,
    total.n_markets,
    total.n_known
from inventory_total as total
join sums using (venue, symbol, bar_end, half_life_min)
where
    total.n_markets <> sums.n_markets
    or total.n_known <> sums.n_known
    or abs(total.inventory_qty - sums.inventory_qty) > 1e-9 * sums.size_qty
    or (total.inventory_qty is null and total.n_known = total.n_markets)
    or (total.inventory_qty is not null and total.n_known = 0);
