-- No row where the item is not there, has two labels, or the study is closed.
insert into study_label (study_id, ordinal, place, labeller, is_violation, labelled_at)
select $1, i.ordinal, 1 + (select count(*) from study_label l where l.study_id = $1 and l.ordinal = $2), $3, $4, $5
from study_item i
where i.study_id = $1 and i.ordinal = $2 and not exists (select from study_close c where c.study_id = $1)
    and (select count(*) from study_label l where l.study_id = $1 and l.ordinal = $2) < 2
