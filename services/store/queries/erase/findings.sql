select
    finding.finding_id as id, guard.room_id as "room_id!", finding.found_at as at,
    case
        when guard.held then 'legal_hold'
        when guard.undecided then 'open_case'
        when guard.decided_at >= $4 then 'decision_kept'
    end as kept_by
from finding
join flag_finding using (finding_id)
join flag_guard guard using (flag_id)
where finding.erased_by is null
    and ($1::text is null or guard.room_id = $1)
    and ($2::uuid is null or guard.flag_id = $2)
    and ($3::text is null or exists (
        select from "window" w
        join segment using (window_id)
        where w.stream_id = finding.stream_id and w.epoch = finding.epoch
            and w.first_sample < finding.end_sample and w.end_sample > finding.first_sample
            and segment.speaker = $3 and segment.first_sample < finding.end_sample
            and segment.end_sample > finding.first_sample))
order by finding.found_at, finding.finding_id
