select
    (select count(*) from outbox) as "outbox_records!",
    (select min(created_at) from outbox) as outbox_oldest,
    (select count(*) from dead_letter) as "dead_letters!",
    (select count(*) from epoch_progress where finished_at is null) as "epochs_unfinished!"
