select stream_id, epoch, first_sample, end_sample, room_id from "window" join stream using (stream_id) where window_id = $1
