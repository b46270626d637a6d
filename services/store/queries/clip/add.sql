insert into clip (
    clip_id, flag_id, version, flag_first, flag_end, made_at, tool, absent, first_sample, end_sample, key_id,
    object_bytes, object_sha256, pcm_sha256, topic, partition, chunks, missing)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
on conflict (flag_id, version) do nothing
