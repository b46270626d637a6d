select notice_id from case_notice where case_id = $1 order by notice_id
