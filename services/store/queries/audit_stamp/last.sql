select max(size) as size from audit_stamp where $1::text is null or authority = $1
