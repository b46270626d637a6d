-- Listener-minutes from the first word of what was flagged until the measure took effect or the epoch ended: stretches of
-- one case that overlap in wall time count once. Unknown where no count of listeners reaches back to a stretch's begin, or
-- where nothing was flagged.
select sum(taken.minutes) filter (where taken.is_known)::float8 as "minutes?",
    count(*) filter (where taken.is_known) as "known!",
    count(*) filter (where not taken.is_known) as "unknown!"
from (
    select d.decision_id, coalesce(bool_and(heard.is_known), false) as is_known, sum(heard.minutes) as minutes
    from decision_facts($1, $2) d
    join measure m on m.decision_id = d.decision_id
    left join lateral (
        select part.is_known, part.minutes
        from (
            select unnest(range_agg(tstzrange(f.began_at, greatest(least(m.applied_at, e.ended_at), f.began_at)))) as stretch
            from case_flag j
            join flag f on f.flag_id = j.flag_id
            join epoch e on e.stream_id = f.stream_id and e.epoch = f.epoch
            where j.case_id = d.case_id and j.joined_at <= $2
        ) s
        cross join lateral (
            select coalesce(bool_or(step.from_at <= lower(s.stretch)), false) as is_known,
                coalesce(sum(step.listeners * extract(epoch from
                    least(step.until_at, upper(s.stretch)) - greatest(step.from_at, lower(s.stretch)))), 0) / 60 as minutes
            from (
                select c.from_at, c.listeners, lead(c.from_at) over (order by c.from_at) as until_at
                from listener_count c
                where c.room_id = d.room_id and c.from_at < upper(s.stretch)
                    and c.from_at >= coalesce(
                        (select max(l.from_at) from listener_count l
                         where l.room_id = d.room_id and l.from_at <= lower(s.stretch)),
                        lower(s.stretch))
            ) step
        ) part
        union all
        select true, 0
        from case_flag j
        join flag f on f.flag_id = j.flag_id
        where j.case_id = d.case_id and j.joined_at <= $2 and m.applied_at <= f.began_at
    ) heard on true
    where d.is_measure and d.decided_at >= $3 and d.decided_at < $4
    group by d.decision_id
) taken
