-- What was drawn and said in each part of the frame; an item counts as a violation where both said so, or the third did.
select f.language, f.is_flagged, f.population,
    count(i.ordinal) as "drawn!",
    count(b.ordinal) as "labelled!",
    count(*) filter (where b.ordinal is not null and coalesce(v.is_violation, a.is_violation and b.is_violation)) as "violations!",
    count(*) filter (where a.is_violation and b.is_violation) as "both!",
    count(*) filter (where a.is_violation and not b.is_violation) as "first_alone!",
    count(*) filter (where not a.is_violation and b.is_violation) as "second_alone!",
    count(*) filter (where not a.is_violation and not b.is_violation) as "neither!"
from study_frame f
left join study_item i on i.study_id = f.study_id and i.language = f.language and i.is_flagged = f.is_flagged
left join study_label a on a.study_id = i.study_id and a.ordinal = i.ordinal and a.place = 1
left join study_label b on b.study_id = i.study_id and b.ordinal = i.ordinal and b.place = 2
left join study_verdict v on v.study_id = i.study_id and v.ordinal = i.ordinal
where f.study_id = $1
group by f.language, f.is_flagged, f.population
order by f.language, f.is_flagged
