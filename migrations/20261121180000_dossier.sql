-- A dossier reads the events of one room in the order of the log, page by page.
create index audit_event_by_room_and_place on audit_event (room_id, seq);
