-- The frame, counted, and the lot: of each side the windows with the smallest ranks, in the order of the ranks of both.
with frame as (
    select w.window_id, lower(split_part(w.language, '-', 1)) as language,
        exists (
            select from finding n
            where n.window_id = w.window_id and (n.head = $4 or n.rule_id = $4) and n.status <> 'suppressed') as is_flagged,
        sha256(convert_to($7, 'UTF8') || '\x00'::bytea || convert_to(w.window_id::text, 'UTF8')) as rank
    from "window" w
    join screened_window s on s.window_id = w.window_id
    join audit_event e on e.entity = 'window' and e.entity_id = w.window_id::text and e.action = 'window.stored'
        and e.seq < $5
    where w.began_at >= $2 and w.began_at < $3
        and ($6::text is null or lower(split_part(w.language, '-', 1)) = $6)
        and exists (select from segment t where t.window_id = w.window_id)
), counted as (
    insert into study_frame (study_id, language, is_flagged, population)
    select $1, language, is_flagged, count(*) from frame group by language, is_flagged
), lot as (
    select frame.*, row_number() over (partition by is_flagged order by rank) as place from frame
), drawn as (
    insert into study_item (study_id, ordinal, window_id, language, is_flagged)
    select $1, row_number() over (order by rank), window_id, language, is_flagged
    from lot
    where place <= case when is_flagged then $8::bigint else $9 end
)
select count(*) filter (where is_flagged) as "flagged!", count(*) filter (where not is_flagged) as "unflagged!" from frame
