-- A word belongs to a flag when its middle lies in the flag's range.
select
    flag.flag_id, stream.name as stream, flag.epoch, flag.first_sample, flag.end_sample, flag.began_at, flag.category,
    flag.severity, flag.score, flag.status, flag.reach, coalesce(said.words, '') as "words!"
from flag
join stream using (stream_id)
left join lateral (
    select string_agg(word.text, ' ' order by "window".first_sample, word.ordinal) as words
    from "window"
    join word using (window_id)
    where "window".stream_id = flag.stream_id and "window".epoch = flag.epoch
        and "window".first_sample < flag.end_sample and "window".end_sample > flag.first_sample
        and (word.first_sample + word.end_sample) / 2 >= flag.first_sample
        and (word.first_sample + word.end_sample) / 2 < flag.end_sample
) as said on true
where flag.room_id = $1 and ($2::boolean or flag.status <> 'suppressed')
order by flag.began_at, stream.name, flag.flag_id
