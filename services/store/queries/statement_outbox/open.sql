select puid, entry from statement_outbox where state in ('waiting', 'unknown', 'doubtful') order by puid
