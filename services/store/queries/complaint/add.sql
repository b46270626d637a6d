insert into complaint (complaint_id, decision_id, lodged_at, told_at, subject, reasons) values ($1, $2, $3, $4, $5, $6)
