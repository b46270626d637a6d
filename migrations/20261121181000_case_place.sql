-- Staff come across content too: where, so that a case need not begin with a flag, a notice or an order. And two rules of
-- Article 20 of Regulation (EU) 2022/2065 that the database keeps by itself: a complaint is decided by a person, and not
-- by one who decided the case before.

create table case_place (
    case_id  uuid        not null,
    from_at  timestamptz not null,
    until_at timestamptz not null,
    found_at timestamptz not null,
    found_by text        not null,
    constraint case_place_pk primary key (case_id, from_at),
    constraint case_place_of_case foreign key (case_id) references review_case (case_id),
    constraint case_place_is_a_range check (until_at > from_at)
);
comment on table case_place is 'Stretches of a case''s room that a member of staff came across. Wall time.';
comment on column case_place.found_by is 'The member of staff.';

grant select, insert on case_place to earwitness_service;

alter table complaint_step add constraint complaint_step_decided_by_person check (
    step <> 'decide' or coalesce(event #> '{decide,maker}' ? 'reviewer', false));

create function refuse_decider_of_complaint() returns trigger language plpgsql as $$
begin
    if exists (
        select from decision
        where case_id = new.case_id and made_by = 'reviewer' and maker = new.maker and decision_id <> new.decision_id
    ) then
        raise exception '% decided the case before', new.maker
            using errcode = 'check_violation', constraint = 'decision_on_complaint_by_another';
    end if;
    return new;
end
$$;
comment on function refuse_decider_of_complaint() is 'Nobody decides a complaint about a case that they decided at any time.';

create trigger decision_on_complaint_by_another before insert on decision
    for each row when (new.occasion = 'complaint') execute function refuse_decider_of_complaint();
