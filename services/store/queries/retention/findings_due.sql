select finding.finding_id as id, guard.room_id as "room_id!", finding.found_at as at
from finding
join flag_finding using (finding_id)
join flag_guard guard using (flag_id)
where finding.erased_by is null and not guard.held and not guard.undecided
    and greatest(guard.made_at, guard.decided_at) < $1
order by finding.found_at, finding.finding_id
limit $2
