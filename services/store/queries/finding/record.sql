select
    flag_finding.flag_id, finding.finding_id, finding.found_at, finding.rule_id, finding.rule_version, finding.pack_hash,
    finding.head, finding.model_sha256, finding.severity, finding.score, finding.status, finding.first_sample,
    finding.end_sample, finding.words, finding.why, finding.erased_by
from flag
join flag_finding using (flag_id)
join finding using (finding_id)
where flag.room_id = $1 and ($2::timestamptz is null or finding.found_at <= $2)
order by finding.first_sample, finding.end_sample, finding.finding_id
