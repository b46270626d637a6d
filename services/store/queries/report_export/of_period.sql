-- The last export of each version of a report.
select distinct on (version) version, log_size, facts, correction, files
from report_export
where service = $1 and period_from = $2 and period_to = $3
order by version, exported_at desc, report_export_id desc
