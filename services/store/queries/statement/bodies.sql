select puid, body from statement where puid = any ($1) order by puid
