select began_at, opened_at, source, language, samples, closed_how from epoch where stream_id = $1 and epoch = $2
