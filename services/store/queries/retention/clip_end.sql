insert into clip_end (clip_id, deletion_id, ended_at) select clip_id, $2, $3 from unnest($1::uuid[]) as ended (clip_id)
