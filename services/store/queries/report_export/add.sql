insert into report_export (
    report_export_id, service, period_from, period_to, version, log_size, facts, correction, files, exported_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
