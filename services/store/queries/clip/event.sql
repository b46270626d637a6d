select payload from audit_event where entity = 'clip' and entity_id = $1 and action = 'clip.made'
