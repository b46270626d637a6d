-- Rows of a period that no entry of the audit log tells of: there must be none.
select
    case $1
        when 'rooms' then (
            select count(*) from room r
            where r.begun_at >= $2 and r.begun_at < $3 and not exists (
                select from audit_event e where e.entity = 'room' and e.entity_id = r.room_id and e.action = 'room.begun'))
        when 'windows' then (
            select count(*) from "window" w
            where w.began_at >= $2 and w.began_at < $3 and not exists (
                select from audit_event e
                where e.entity = 'window' and e.entity_id = w.window_id::text and e.action = 'window.stored'))
        when 'flags' then (
            select count(*) from flag f
            where f.began_at >= $2 and f.began_at < $3 and not exists (
                select from audit_event e where e.entity = 'flag' and e.entity_id = f.flag_id::text and e.action = 'flag.made'))
        else (
            select count(*) from decision d
            where d.decided_at >= $2 and d.decided_at < $3 and not exists (
                select from audit_event e
                where e.entity = 'decision' and e.entity_id = d.decision_id::text and e.action = 'decision.made'))
    end as "count!"
