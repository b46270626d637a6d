-- Which of those objects stand for sound that is kept.
select clip_id from clip
where clip_id = any($1) and absent is null
    and not exists (select from clip_end where clip_end.clip_id = clip.clip_id)
