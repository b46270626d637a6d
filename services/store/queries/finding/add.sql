insert into finding (
    finding_id, stream_id, epoch, first_sample, end_sample, window_id, rule_id, rule_version, pack_hash, head,
    model_sha256, category, severity, score, status, words, why, found_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
on conflict (finding_id) do nothing
