-- New measures of a period, by what they are and how they came about.
select m.category as "category!", m.keywords as "keywords!", m.free_keyword, m.ground as "ground!",
    m.visibility as "visibility!", m.monetary, m.provision, m.account, d.source as "source!", d.part as "part!",
    d.found_by_machine as "found_by_machine!", count(*) as "count!"
from decision_facts($1, $2) d
join measure m on m.decision_id = d.decision_id
where d.is_measure and d.decided_at >= $3 and d.decided_at < $4
group by m.category, m.keywords, m.free_keyword, m.ground, m.visibility, m.monetary, m.provision, m.account, d.source,
    d.part, d.found_by_machine
order by m.category, m.keywords, m.free_keyword, m.ground
