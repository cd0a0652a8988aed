-- Minutes of wash_like that do not count the pairs stated, or whose shares and scores are out of range; and pairs that are
-- none: too far apart, the second before the first, or not the orders they name.
with stated as (
    select
        venue,
        symbol,
        time_bucket(interval '1 minute', event_ts) + interval '1 minute' as bar_end,
        count(*) as n_pairs
    from wash_like_pairs
    group by all
),

minutes as (
    select
        minutes.venue,
        minutes.symbol,
        minutes.bar_end,
        'minute' as what
    from wash_like as minutes
    left join stated using (venue, symbol, bar_end)
    where
        minutes.n_pairs <> coalesce(stated.n_pairs, 0)
        or minutes.n_expected < 0
        or minutes.n_pairs > minutes.n_pairs_window
        or minutes.score < 0
        or minutes.round_size_share not between 0 and 1
        or minutes.first_digit_distance not between 0 and 0.22
        or minutes.lognormal_distance not between 0 and 1
        or minutes.coverage not between 0 and 1
        or minutes.window_coverage not between 0 and 1
),

pairs as (
    select
        pairs.venue,
        pairs.symbol,
        pairs.event_ts,
        'pair' as what
    from wash_like_pairs as pairs
    left join taker_orders as seconds using (venue, symbol, date, seq)
    left join taker_orders as firsts
        on
            pairs.venue = firsts.venue and pairs.symbol = firsts.symbol
            and pairs.date = firsts.date and pairs.first_seq = firsts.seq
    where
        pairs.first_ts > pairs.event_ts
        or pairs.gap_ms < 0
        or pairs.first_seq + pairs.n_between + 1 <> pairs.seq
        or pairs.surprise < 0
        or seconds.side is distinct from -pairs.first_side
        or firsts.side is distinct from pairs.first_side
        or seconds.qty is distinct from pairs.qty
)

select * from minutes
union all
select * from pairs;
