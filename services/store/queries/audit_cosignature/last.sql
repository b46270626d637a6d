select max(size) as size from audit_cosignature where $1::text is null or vkey = $1
