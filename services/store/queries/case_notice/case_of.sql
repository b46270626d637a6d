select case_id from case_notice where notice_id = $1
