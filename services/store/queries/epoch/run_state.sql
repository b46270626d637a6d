select
    asked.ordinal as "ordinal!", progress.next_first, progress.finished_at is not null as "finished!",
    greatest(epoch.samples, progress.seen_end, progress.next_first) as "samples!",
    counted.windows as "windows!", counted.screened as "screened!"
from unnest($1::uuid[], $2::bigint[]) with ordinality as asked (stream_id, epoch, ordinal)
join epoch on epoch.stream_id = asked.stream_id and epoch.epoch = asked.epoch
join epoch_progress as progress on progress.stream_id = asked.stream_id and progress.epoch = asked.epoch
cross join lateral (
    select count(*) as windows, count(screened_window.window_id) as screened
    from "window"
    left join screened_window using (window_id)
    where "window".stream_id = asked.stream_id and "window".epoch = asked.epoch
) as counted
