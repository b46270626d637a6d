select
    flag_finding.flag_id, finding.rule_id, finding.head, finding.pack_hash, finding.model_sha256, finding.score,
    finding.first_sample, finding.end_sample, finding.words
from flag
join flag_finding using (flag_id)
join finding using (finding_id)
where flag.room_id = $1
order by finding.first_sample, finding.end_sample, finding.finding_id
