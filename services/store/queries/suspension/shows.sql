-- Whether there is such an item of misuse: a decision that restricts, a notice, a complaint.
select case $1::text
    when 'illegal_content' then exists (select from decision where decision_id = $2 and outcome = 'restrict')
    when 'unfounded_notices' then exists (select from notice where notice_id = $2)
    else exists (select from complaint where complaint_id = $2)
end as "shows!"
