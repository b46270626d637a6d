//! A year of rooms, flags, cases and the law's objects, from a seed.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::{
    Account, Basis, CaseId, Clause, FlagId, Label, Maker, Measure, MemberState, Monetary, Occasion, Outcome, Provision,
    Restrictions, RoomId, Scope, Seen, Visibility, complaint, dispute, notice, order, suspension,
};
use newtype_uuid::{GenericUuid, TypedUuid, TypedUuidKind};
use store::{CaseFile, ComplaintDecision, NewCase, NewDecision, Place, Store};
use uuid::Uuid;

use crate::cluster::Cluster;

pub(crate) const ROOMS: i64 = 6;
/// Cases of a room, ten days apart.
pub(crate) const CASES: i64 = 40;

/// So many seconds after 20 December 2025: the history runs from before the year until after it.
pub(crate) fn at(second: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 12, 20, 0, 0, 0).unwrap() + TimeDelta::seconds(second)
}

pub(crate) const DAY: i64 = 86_400;

/// Rooms with one stream each, heard in windows of a day; two flags for each case; listeners in some rooms, from day 20 on.
const ROWS: &str = "
insert into room (room_id, begun_at) select 'room ' || r, '2025-12-20' from generate_series(0, 5) r;
insert into stream (stream_id, room_id, name, epochs)
select ('00000000-0000-4000-8000-' || lpad(r::text, 12, '0'))::uuid, 'room ' || r, 'mix', 1 from generate_series(0, 5) r;
insert into epoch (stream_id, epoch, began_at, opened_at, source, language, ended_at, samples, closed_how)
select stream_id, 0, '2025-12-20', '2025-12-20', 'x', 'en', '2027-02-20', 1, 'ended' from stream;
insert into \"window\" (window_id, stream_id, epoch, first_sample, end_sample, began_at, ended_at, language, guards, attempts,
    seam, stored_at)
select gen_random_uuid(), ('00000000-0000-4000-8000-' || lpad(r::text, 12, '0'))::uuid, 0, d * 1382400000,
    (d + 1) * 1382400000, '2025-12-20'::timestamptz, '2025-12-20'::timestamptz,
    (array['en', 'de', 'fr', 'ru', 'en-GB'])[1 + (d * 7 + r * 3) % 5], '{}', 1, false, '2025-12-20'::timestamptz
from generate_series(0, 5) r, generate_series(0::bigint, 427) d;
insert into flag (flag_id, room_id, stream_id, epoch, first_sample, end_sample, began_at, category, severity, score, status,
    made_at, changed_at)
select ('00000000-0000-4000-8' || lpad(r::text, 3, '0') || '-' || lpad(j::text, 12, '0'))::uuid, 'room ' || r,
    ('00000000-0000-4000-8000-' || lpad(r::text, 12, '0'))::uuid, 0, s * 16000, (s + 2 + j * (r + 1) % 7) * 16000,
    '2025-12-20'::timestamptz + s * interval '1 second', 'threat', 'high', 0.5, 'provisional',
    '2025-12-20'::timestamptz + (s + 20) * interval '1 second', '2025-12-20'
from generate_series(0, 5) r, generate_series(0, 79) j, lateral (select (j / 2 * 864000 + (j % 2) * (j % 11) + r * 70000)::bigint s) p;
insert into listener_count (room_id, from_at, listeners)
select 'room ' || r, '2026-01-09'::timestamptz + g * interval '6 hours' + r * interval '1 minute', (g * 37 + r * 11) % 500
from generate_series(0, 3) r, generate_series(0, 1600) g;
";

/// xorshift64*: a history from a seed, the same everywhere.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    pub(crate) fn below(&mut self, end: i64) -> i64 {
        i64::try_from(self.next() % end.cast_unsigned()).unwrap()
    }

    fn one_in(&mut self, times: i64) -> bool {
        self.below(times) == 0
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(i64::try_from(of.len()).unwrap())).unwrap()].clone()
    }
}

pub(crate) struct World<'a> {
    pub(crate) store: &'a Store,
    pub(crate) dice: Dice,
    ids: u128,
    decisions: Vec<Uuid>,
}

fn reviewer(name: &str) -> domain::ReviewerId {
    name.parse().unwrap()
}

pub(crate) fn room(number: i64) -> RoomId {
    format!("room {number}").parse().unwrap()
}

fn flag(room: i64, number: i64) -> FlagId {
    FlagId::from_untyped_uuid(format!("00000000-0000-4000-8{room:03}-{number:012}").parse().unwrap())
}

impl<'a> World<'a> {
    pub(crate) fn new(cluster: &Cluster, store: &'a Store, seed: u64) -> Self {
        cluster.sql("earwitness", ROWS);
        Self { store, dice: Dice::new(seed), ids: 0, decisions: Vec::new() }
    }

    fn id<K: TypedUuidKind>(&mut self) -> TypedUuid<K> {
        self.ids += 1;
        TypedUuid::from_untyped_uuid(Uuid::from_u128(0xabcd_0000 << 64 | self.ids))
    }

    fn label(&mut self) -> Label {
        let mut label = Label::of(self.dice.pick(domain::Category::ALL));
        if self.dice.one_in(5) {
            label.keywords.clear();
            label.free_keyword = None;
        }
        label
    }

    fn outcome(&mut self, begun: i64, now: i64) -> Outcome {
        if self.dice.one_in(4) {
            return Outcome::NoAction { why: "A line of a play.".into() };
        }
        let (legal, text) = (self.dice.one_in(3), "x".to_owned());
        let basis = if legal {
            Basis::Law { legal_ground: text.clone(), explanation: text.clone() }
        } else {
            Basis::Terms { clause: text.clone(), explanation: text.clone(), is_illegal: None }
        };
        let applied = [begun - 5, begun + 3, begun + 4_000, now];
        let mut restrictions = Restrictions::default();
        match self.dice.below(4) {
            0 => restrictions.visibility = vec![Visibility::Removed, Visibility::Labelled],
            1 => restrictions.monetary = Some(self.dice.pick(&[Monetary::Suspension, Monetary::Termination])),
            2 => restrictions.provision = Some(self.dice.pick(Provision::ALL)),
            _ => restrictions.account = Some(Account::Suspended),
        }
        Outcome::Restrict(Box::new(Measure {
            basis,
            clause: (!legal).then(|| Clause { id: "a".into(), version: "1".into() }),
            label: self.label(),
            restrictions,
            scope: Scope::Union,
            applied_at: at(self.dice.pick(&applied)),
            facts: text,
        }))
    }

    async fn notice(&mut self, room_number: i64, second: i64) -> domain::NoticeId {
        let notice_id = self.id();
        let category = (!self.dice.one_in(3)).then(|| self.dice.pick(domain::Category::ALL).statement_category());
        let address = self.dice.one_in(2);
        let place = notice::Place { room: room(room_number), from_at: at(second), until_at: None };
        let facts = notice::Facts {
            notice_id,
            received_at: at(second),
            contact: address.then(|| notice::Contact { name: "A".into(), address: "a@example.com".into() }),
            is_exempt_from_identity: false,
            trusted_flagger: self.dice.one_in(3).then(|| "Trusted".into()),
            organisation: None,
            places: vec![place; usize::try_from(1 + self.dice.below(3)).unwrap()],
            claim: "Illegal.".into(),
            category,
            in_good_faith: true,
        };
        self.store.receive_notice(&facts, at(second)).await.unwrap();
        if address && !self.dice.one_in(4) {
            self.store.step_notice(notice_id, &notice::Event::Acknowledge, at(second + 30)).await.unwrap();
        }
        notice_id
    }

    async fn order(&mut self, second: i64) -> domain::OrderId {
        let order_id = self.id();
        let facts = order::Facts {
            order_id,
            kind: self.dice.pick(order::Kind::ALL),
            authority: "Court".into(),
            member_state: self.dice.pick(&[MemberState::Greece, MemberState::Germany, MemberState::Norway]),
            legal_ground: "x".into(),
            reference: "1".into(),
            received_at: at(second),
            effect_by: None,
            silent_until: None,
        };
        self.store.receive_order(&facts, at(second)).await.unwrap();
        if !self.dice.one_in(3) {
            let later = second + 60 + self.dice.below(5_000);
            self.store.step_order(order_id, &order::Event::Acknowledge, at(later)).await.unwrap();
            if !self.dice.one_in(3) {
                self.store.step_order(order_id, &order::Event::GiveEffect, at(later + 400)).await.unwrap();
            }
        }
        order_id
    }

    /// One case and all that follows from it.
    pub(crate) async fn case(&mut self, room_number: i64, number: i64) {
        Box::pin(self.run(room_number, number)).await;
    }

    async fn run(&mut self, room_number: i64, number: i64) {
        let begun = number * 10 * DAY + room_number * 70_000;
        let now = begun + 100 + self.dice.below(2 * DAY);
        let mut new =
            NewCase { room: room(room_number), flags: vec![], notices: vec![], orders: vec![], places: vec![] };
        if !self.dice.one_in(4) {
            new.flags.push(flag(room_number, 2 * number));
            new.flags.extend(self.dice.one_in(2).then(|| flag(room_number, 2 * number + 1)));
        }
        for _ in 0..self.dice.below(3) {
            let second = begun + self.dice.below(now - begun - 60);
            new.notices.push(self.notice(room_number, second).await);
        }
        for _ in 0..i64::from(self.dice.one_in(4)) {
            let second = begun + self.dice.below(now - begun);
            new.orders.push(self.order(second).await);
        }
        if self.dice.one_in(6) || new.flags.is_empty() {
            let found_by = reviewer("clara");
            new.places.push(Place { from_at: at(begun), until_at: at(begun + 9), found_by });
        }
        let case = self.store.open_case(&new, at(begun + 90)).await.unwrap();
        if self.dice.one_in(5) {
            self.store.record_machine_measure(case, "muted", at(now + self.dice.below(200) - 100)).await.unwrap();
        }
        if !self.dice.one_in(10) {
            Box::pin(self.decide(case, begun, now)).await;
        }
    }

    async fn decide(&mut self, case: CaseId, begun: i64, now: i64) {
        let outcome = self.outcome(begun, now);
        let decision_id = self.id();
        let maker = if self.dice.one_in(4) {
            Maker::Machine { name: "auto 1".into() }
        } else {
            let anna = reviewer("anna");
            self.store.claim_case(case, &anna, TimeDelta::seconds(60), at(now - 9)).await.unwrap();
            self.store.record_encounter(case, &anna, Seen::Clip, at(now - 5)).await.unwrap();
            if self.dice.one_in(3) {
                self.store.record_encounter(case, &anna, Seen::Score, at(now - 4)).await.unwrap();
            }
            Maker::Reviewer(anna)
        };
        let new = NewDecision { decision_id, maker, outcome, token: None };
        let decision = self.store.decide_case(case, &new, at(now)).await.unwrap();
        self.decisions.extend(decision.measure().map(|_| decision.decision_id.into_untyped_uuid()));
        match self.dice.below(5) {
            0 => Box::pin(self.complain(case, begun, now)).await,
            1 => Box::pin(self.dispute(case, begun, now)).await,
            2 => {
                let boris = reviewer("boris");
                self.store.record_encounter(case, &boris, Seen::Clip, at(now + 50)).await.unwrap();
                let outcome = self.outcome(begun, now);
                let decision_id = self.id();
                let again = NewDecision { decision_id, maker: Maker::Reviewer(boris), outcome, token: None };
                self.store.reverse_case(case, Occasion::OwnReview, &again, at(now + 60)).await.unwrap();
            }
            3 => self.suspend(now).await,
            _ => {}
        }
    }

    async fn complain(&mut self, case: CaseId, begun: i64, now: i64) {
        let file: CaseFile = self.store.case(case).await.unwrap();
        let complaint_id = self.id();
        let facts = complaint::Facts {
            complaint_id,
            decision_id: file.chain.unwrap().effective().decision_id,
            lodged_at: at(now + 500),
            told_at: at(now + 10),
            subject: self.dice.pick(complaint::Subject::ALL),
            reasons: "Wrong.".into(),
        };
        self.store.lodge_complaint(&facts, at(now + 500)).await.unwrap();
        let boris = reviewer("boris");
        if self.dice.one_in(5) {
            self.store.step_complaint(complaint_id, &complaint::Event::Withdraw, at(now + 600)).await.unwrap();
            return;
        }
        let later = now + 700 + self.dice.below(20 * DAY);
        let assign = complaint::Event::Assign { reviewer: boris.clone() };
        self.store.step_complaint(complaint_id, &assign, at(now + 600)).await.unwrap();
        self.store.record_encounter(case, &boris, Seen::Clip, at(now + 650)).await.unwrap();
        if self.dice.one_in(6) {
            return;
        }
        let outcome = self.dice.pick(complaint::Outcome::ALL);
        let is_changed = matches!(outcome, complaint::Outcome::Reversed | complaint::Outcome::PartiallyReversed);
        let instead = if is_changed { Some((self.id(), self.outcome(begun, later))) } else { None };
        let decision = ComplaintDecision { reviewer: boris, outcome, reasons: "So.".into(), instead };
        self.store.decide_complaint(complaint_id, &decision, at(later)).await.unwrap();
        if !self.dice.one_in(3) {
            self.store.step_complaint(complaint_id, &complaint::Event::Tell, at(later + 77)).await.unwrap();
        }
    }

    async fn dispute(&mut self, case: CaseId, begun: i64, now: i64) {
        let file: CaseFile = self.store.case(case).await.unwrap();
        let decision_id = file.chain.unwrap().effective().decision_id;
        let dispute_id = self.id();
        let facts = dispute::Facts { dispute_id, decision_id, body: "Body".into(), brought_at: at(now + 900) };
        self.store.bring_dispute(&facts, at(now + 900)).await.unwrap();
        if self.dice.one_in(4) {
            let omit = dispute::Event::Omit { why: "Withdrawn.".into() };
            self.store.step_dispute(dispute_id, &omit, at(now + 950)).await.unwrap();
            return;
        }
        self.store.step_dispute(dispute_id, &dispute::Event::Engage, at(now + 950)).await.unwrap();
        let outcome = self.dice.pick(&complaint::Outcome::ALL[..3]);
        let later = now + 1_000 + self.dice.below(30 * DAY);
        self.store.step_dispute(dispute_id, &dispute::Event::Decide { outcome }, at(later)).await.unwrap();
        if outcome == complaint::Outcome::Upheld || self.dice.one_in(3) {
            return;
        }
        let boris = reviewer("boris");
        self.store.record_encounter(case, &boris, Seen::Clip, at(later + 5)).await.unwrap();
        let new = NewDecision {
            decision_id: self.id(),
            maker: Maker::Reviewer(boris),
            outcome: self.outcome(begun, later),
            token: None,
        };
        self.store.implement_dispute(dispute_id, Some(&new), at(later + 10)).await.unwrap();
    }

    async fn suspend(&mut self, now: i64) {
        let suspension_id = self.id();
        let &[.., first, second] = self.decisions.as_slice() else { return };
        let (reviewer, strike) = (reviewer("anna"), |item| suspension::Event::Strike { item });
        let account = format!("account {now}").parse().unwrap();
        let misuse = suspension::Misuse::IllegalContent;
        let facts = suspension::Facts { suspension_id, account, misuse, begun_at: at(now) };
        self.store.watch_account(&facts, at(now)).await.unwrap();
        let weighed = suspension::Weighed { of_items: 9, gravity: domain::Severity::High, intent: None };
        let clause = Clause { id: "misuse".into(), version: "1".into() };
        let suspend =
            suspension::Event::Suspend { reviewer: reviewer.clone(), until: at(now + 9 * DAY), weighed, clause };
        let steps = [strike(first), suspension::Event::Warn { reviewer }, strike(second), suspend];
        for (step, second) in steps.iter().zip(1..) {
            self.store.step_suspension(suspension_id, step, at(now + second)).await.unwrap();
        }
    }
}
