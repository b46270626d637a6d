insert into study_close (study_id, closed_at) values ($1, $2)
