-- Minutes of the footprint with a strength outside 0 to 1, a negative age, or more directions than strong observations.
with strengths as (
    unpivot (select venue, symbol, bar_end, columns('_strength$') from footprint)
    on columns('_strength$')
    into name observation value strength
),

ages as (
    unpivot (select venue, symbol, bar_end, columns('_age_min$') from footprint)
    on columns('_age_min$')
    into name observation value age_min
)

select venue, symbol, bar_end, observation, strength as value from strengths where strength not between 0 and 1
union all
select venue, symbol, bar_end, observation, age_min from ages where age_min < 0
union all
select venue, symbol, bar_end, 'n_strong', n_strong from footprint where n_up + n_down > n_strong;
