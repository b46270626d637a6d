-- New measures of a period by the language that most of their flagged speech was heard in; in each of two that weigh the
-- same, and in none where nothing was flagged.
select h.language as "language?", d.part as "part!", count(*) as "count!"
from decision_facts($1, $2) d
left join lateral (
    select spoken.language, rank() over (order by sum(spoken.samples) desc) as place
    from (
        select f.end_sample - f.first_sample as samples,
            (select lower(split_part(w.language, '-', 1))
             from "window" w
             where w.stream_id = f.stream_id and w.epoch = f.epoch and w.first_sample <= f.first_sample
             order by w.first_sample desc
             limit 1) as language
        from case_flag j
        join flag f on f.flag_id = j.flag_id
        where j.case_id = d.case_id and j.joined_at <= $2
    ) spoken
    where spoken.language is not null
    group by spoken.language
) h on h.place = 1
where d.is_measure and d.decided_at >= $3 and d.decided_at < $4
group by h.language, d.part
order by h.language, d.part
