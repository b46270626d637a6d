-- Of the windows that begin at or before the sample, the last: the one that holds it.
select first_sample, began_at from "window"
where stream_id = $1 and epoch = $2 and first_sample <= $3
order by first_sample desc
limit 1
