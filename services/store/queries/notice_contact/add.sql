insert into notice_contact (notice_id, name, address) values ($1, $2, $3)
