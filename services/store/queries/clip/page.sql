-- Clips of a room, or of all rooms, or of one flag, with what became of them.
select
    clip.clip_id, clip.flag_id, clip.version, flag.room_id, stream.name as stream, flag.epoch, clip.flag_first,
    clip.flag_end, clip.made_at, clip.tool, clip.absent, clip.first_sample, clip.end_sample, clip.key_id,
    clip.object_bytes, clip.object_sha256, clip.pcm_sha256, clip.topic, clip.partition, clip.chunks, clip.missing,
    clip_end.ended_at as "ended_at?", room_key.key_id is not null as "has_key!"
from clip
join flag using (flag_id)
join stream using (stream_id)
left join clip_end using (clip_id)
left join room_key on room_key.key_id = clip.key_id
where ($1::text is null or flag.room_id = $1)
    and ($2::uuid is null or clip.flag_id = $2)
    and ($3::uuid is null or (clip.flag_id, clip.version) > ($3, $4))
order by clip.flag_id, clip.version
limit $5
