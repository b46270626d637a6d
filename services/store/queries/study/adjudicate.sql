-- No row where two people did not differ, this person is one of them, or the study is closed.
insert into study_verdict (study_id, ordinal, adjudicator, is_violation, decided_at)
select $1, a.ordinal, $3, $4, $5
from study_label a
join study_label b on b.study_id = a.study_id and b.ordinal = a.ordinal and b.place = 2
where a.study_id = $1 and a.ordinal = $2 and a.place = 1 and a.is_violation <> b.is_violation
    and $3 not in (a.labeller, b.labeller) and not exists (select from study_close c where c.study_id = $1)
