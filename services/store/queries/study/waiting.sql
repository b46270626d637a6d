-- Items that lack a label or a verdict.
select count(*) as "count!"
from study_item i
left join study_label a on a.study_id = i.study_id and a.ordinal = i.ordinal and a.place = 1
left join study_label b on b.study_id = i.study_id and b.ordinal = i.ordinal and b.place = 2
left join study_verdict v on v.study_id = i.study_id and v.ordinal = i.ordinal
where i.study_id = $1 and (b.ordinal is null or a.is_violation <> b.is_violation and v.ordinal is null)
