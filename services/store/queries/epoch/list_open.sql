select epoch from epoch where stream_id = $1 and closed_how is null order by epoch
