//! A slow and plain recount of a period: every case and object one by one, by the domain's own words, in Rust.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    Decision, Object, Occasion, SourceKind,
    case::Case,
    complaint::{self, Complaint},
    dispute::{self, Dispute},
    notice::{self, Notice},
    order::{self, Order},
    suspension::{self, Suspension},
};
use store::{Activity, AppealCount, CaseFile, LabelCodes, Store};

use crate::world::{CASES, ROOMS, at, room};

/// How often each thing was counted, by what it is in words; and times, sorted.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) counts: BTreeMap<String, u64>,
    pub(crate) times: BTreeMap<String, Vec<u32>>,
    pub(crate) exposure: (i64, u64, u64),
}

impl Tally {
    fn add(&mut self, what: String, count: u64) {
        if count > 0 {
            *self.counts.entry(what).or_default() += count;
        }
    }

    fn time(&mut self, what: String, from: DateTime<Utc>, until: DateTime<Utc>) {
        let seconds = u32::try_from((until - from).num_seconds().max(0)).unwrap();
        let times = self.times.entry(what).or_default();
        times.push(seconds);
        times.sort_unstable();
    }

    fn all_times(&mut self, what: &str, seconds: &[u32]) {
        if !seconds.is_empty() {
            let times = self.times.entry(what.to_owned()).or_default();
            times.extend(seconds);
            times.sort_unstable();
        }
    }
}

fn codes(label: &domain::Label) -> LabelCodes {
    LabelCodes {
        category: label.category.to_string(),
        keywords: label.keywords.iter().map(ToString::to_string).collect(),
        words: label.free_keyword.clone(),
    }
}

/// What the database counted, in the recount's words.
pub(crate) fn told(activity: &Activity) -> Tally {
    let mut tally = Tally::default();
    for measure in &activity.measures {
        let mut plain = measure.clone();
        plain.count = 0;
        tally.add(format!("measure {plain:?}"), measure.count);
    }
    for line in &activity.languages {
        tally.add(format!("language {:?} {}", line.language, line.part), line.count);
    }
    for (is_trusted, part, count) in &activity.processed {
        tally.add(format!("processed {is_trusted} {part}"), *count);
    }
    for notice in &activity.notices {
        let what = format!("notice {:?} {:?} {}", notice.category, notice.label, notice.is_trusted);
        tally.add(what.clone(), notice.notices);
        tally.add(format!("{what} items"), notice.items);
        tally.add(format!("{what} law"), notice.law);
        tally.add(format!("{what} terms"), notice.terms);
        tally.all_times(&what, &notice.to_act);
    }
    for order in &activity.orders {
        let what = format!("order {} {} {:?}", order.member_state, order.acts, order.label);
        tally.add(what.clone(), order.orders);
        tally.add(format!("{what} items"), order.items);
        tally.all_times(&format!("{what} informed"), &order.informed);
        tally.all_times(&format!("{what} effect"), &order.effect);
    }
    let mut appeal = |what: String, counted: &AppealCount| {
        tally.add(what.clone(), counted.count);
        tally.all_times(&what, &counted.to_decide);
    };
    for (subject, counted) in &activity.appeals.complaints {
        appeal(format!("complaint {subject} {:?}", counted.outcome), counted);
    }
    for counted in &activity.appeals.disputes {
        appeal(format!("dispute {:?}", counted.outcome), counted);
    }
    tally.add("implemented".into(), activity.appeals.implemented);
    tally.add("newly imposed".into(), activity.appeals.newly_imposed);
    for (misuse, count) in &activity.appeals.suspensions {
        tally.add(format!("suspension {misuse}"), *count);
    }
    #[expect(clippy::cast_possible_truncation, reason = "listener-minutes to the thousandth")]
    let thousandths = (activity.exposure.minutes * 1_000.0).round() as i64;
    tally.exposure = (thousandths, activity.exposure.known, activity.exposure.unknown);
    tally
}

/// The decisions on a case that are new measures.
fn measures(file: &CaseFile) -> Vec<&Decision> {
    let mut before = false;
    let mut found = Vec::new();
    for decision in file.chain.iter().flat_map(domain::Chain::decisions) {
        if decision.measure().is_some() && !before {
            found.push(decision);
        }
        before = decision.measure().is_some();
    }
    found
}

fn first_since(file: &CaseFile, since: DateTime<Utc>) -> Option<&Decision> {
    let mut decisions = file.chain.iter().flat_map(domain::Chain::decisions);
    decisions.find(|decision| decision.measure().is_some() && decision.decided_at >= since)
}

/// Counts `[from, until)`.
pub(crate) async fn recount(store: &Store, from: DateTime<Utc>, until: DateTime<Utc>) -> Tally {
    let mut tally = Tally::default();
    let within = |when: DateTime<Utc>| from <= when && when < until;
    let cases = store.objects::<Case>(None, true, 10_000).await.unwrap();
    let ids: Vec<_> = cases.iter().map(|case| case.object.id()).collect();
    let files = store.cases(&ids).await.unwrap();
    let mut exposure = 0.0;
    let mut begins = BTreeMap::new();
    for number in 0..ROOMS {
        let flags = store.flags(&room(number), true).await.unwrap();
        begins.extend(flags.iter().map(|flag| (flag.flag.to_string(), flag.wall)));
    }
    for file in &files {
        for decision in measures(file).into_iter().filter(|decision| within(decision.decided_at)) {
            measure(&mut tally, file, decision);
            match exposed(&begins, file, decision) {
                Some(minutes) => {
                    exposure += minutes;
                    tally.exposure.1 += 1;
                }
                None => tally.exposure.2 += 1,
            }
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "listener-minutes to the thousandth")]
    {
        tally.exposure.0 = (exposure * 1_000.0).round() as i64;
    }
    notices(&mut tally, store, &files, within).await;
    orders(&mut tally, store, &files, within).await;
    appeals(&mut tally, store, within).await;
    tally
}

fn measure(tally: &mut Tally, file: &CaseFile, decision: &Decision) {
    let measure = decision.measure().unwrap();
    let course = decision.course(&file.trail).unwrap();
    let by_order = decision.replaces.is_some_and(|it| matches!(it.occasion, Occasion::Order(_)));
    let source = if by_order { SourceKind::Order } else { file.trail.source(decision.decided_at).unwrap().kind() };
    let counted = store::MeasureCount {
        label: codes(&measure.label),
        is_by_law: matches!(measure.basis, domain::Basis::Law { .. }),
        visibility: measure.restrictions.visibility.clone(),
        monetary: measure.restrictions.monetary,
        provision: measure.restrictions.provision,
        account: measure.restrictions.account,
        source,
        part: course.automated_decision(),
        found_by_machine: course.automated_detection(),
        count: 0,
    };
    tally.add(format!("measure {counted:?}"), 1);
    if decision.replaces.is_some_and(|it| matches!(it.occasion, Occasion::Complaint(_))) {
        tally.add("newly imposed".into(), 1);
    }
    let mut weights: BTreeMap<String, i64> = BTreeMap::new();
    for flag in &file.flags {
        let (room, number) = crate::report::place_of(*flag);
        let second = crate::report::second_of(room, number);
        let day = second / 86_400;
        let language = ["en", "de", "fr", "ru", "en"][usize::try_from((day * 7 + room * 3) % 5).unwrap()];
        *weights.entry(language.into()).or_default() += 2 + number * (room + 1) % 7;
    }
    let top = weights.values().max().copied();
    let heaviest: Vec<_> = weights.iter().filter(|(_, weight)| Some(**weight) == top).map(|(name, _)| name).collect();
    for language in &heaviest {
        tally.add(format!("language {:?} {}", Some(language), counted.part), 1);
    }
    if heaviest.is_empty() {
        tally.add(format!("language None {}", counted.part), 1);
    }
}

/// Listener-minutes, second by second of each stretch; none where unknown.
fn exposed(begins: &BTreeMap<String, DateTime<Utc>>, file: &CaseFile, decision: &Decision) -> Option<f64> {
    let applied_at = decision.measure().unwrap().applied_at;
    let begun = file.flags.iter().map(|flag| begins[&flag.to_string()]).min()?;
    // Flags of one case overlap or follow each other within the measure's time: from the first on is all of it.
    if applied_at <= begun {
        return Some(0.0);
    }
    let number = (0..ROOMS).find(|number| room(*number) == file.room).unwrap();
    let step = |g: i64| (at(20 * 86_400 + g * 21_600 + number * 60), (g * 37 + number * 11) % 500);
    if number > 3 || step(0).0 > begun {
        return None;
    }
    let mut minutes = 0.0;
    for g in 0..=1_600 {
        let ((from, listeners), (next, _)) = (step(g), step(g + 1));
        let (from, until) = (from.max(begun), if g == 1_600 { applied_at } else { next.min(applied_at) });
        if until > from {
            minutes += listeners as f64 * (until - from).as_seconds_f64() / 60.0;
        }
    }
    Some(minutes)
}

async fn notices(tally: &mut Tally, store: &Store, files: &[CaseFile], within: impl Fn(DateTime<Utc>) -> bool) {
    let all = store.objects::<Notice>(None, true, 10_000).await.unwrap();
    let mut came: Vec<_> =
        all.iter().map(|loaded| &loaded.object).filter(|it| within(it.facts().received_at)).collect();
    came.sort_by_key(|it| {
        (it.facts().trusted_flagger.is_none(), it.facts().received_at, it.facts().notice_id.to_string())
    });
    let mut actions = Vec::new();
    for notice in came {
        let facts = notice.facts();
        let file = files.iter().find(|file| file.notices.contains(&facts.notice_id));
        let action = file.and_then(|file| first_since(file, facts.received_at));
        let measure = action.and_then(Decision::measure);
        let is_trusted = facts.trusted_flagger.is_some();
        let category = facts.category.map(|category| category.to_string());
        let what = format!("notice {category:?} {:?} {is_trusted}", measure.map(|measure| codes(&measure.label)));
        tally.add(what.clone(), 1);
        tally.add(format!("{what} items"), facts.places.len() as u64);
        if let Some((action, measure)) = action.zip(measure) {
            tally.time(what.clone(), facts.received_at, measure.applied_at);
            if !actions.contains(&action.decision_id) {
                actions.push(action.decision_id);
                let ground = if matches!(measure.basis, domain::Basis::Law { .. }) { "law" } else { "terms" };
                tally.add(format!("{what} {ground}"), 1);
            }
        }
        let decided = notice.history().last(|event| match event {
            notice::Event::Decide { course, .. } => Some(course.automated_decision()),
            notice::Event::Acknowledge | notice::Event::Tell | notice::Event::Close => None,
        });
        if let Some((_, part)) = decided {
            tally.add(format!("processed {is_trusted} {part}"), 1);
        }
    }
}

async fn orders(tally: &mut Tally, store: &Store, files: &[CaseFile], within: impl Fn(DateTime<Utc>) -> bool) {
    for loaded in store.objects::<Order>(None, true, 10_000).await.unwrap() {
        let (facts, history) = (loaded.object.facts(), loaded.object.history());
        if !within(facts.received_at) {
            continue;
        }
        let of: Vec<_> = files.iter().filter(|file| file.orders.contains(&facts.order_id)).collect();
        let first =
            of.iter().filter_map(|file| first_since(file, DateTime::<Utc>::MIN_UTC)).min_by_key(|it| it.decided_at);
        let label = first.and_then(Decision::measure).map(|measure| codes(&measure.label));
        let what = format!("order {} {} {label:?}", facts.member_state, facts.kind != order::Kind::Inform);
        tally.add(what.clone(), 1);
        tally.add(format!("{what} items"), of.len() as u64);
        if let Some((when, ())) = history.last(|event| (*event == order::Event::Acknowledge).then_some(())) {
            tally.time(format!("{what} informed"), facts.received_at, when);
        }
        if let Some(when) = loaded.object.effect_at() {
            tally.time(format!("{what} effect"), facts.received_at, when);
        }
    }
}

async fn appeals(tally: &mut Tally, store: &Store, within: impl Fn(DateTime<Utc>) -> bool) {
    for loaded in store.objects::<Complaint>(None, true, 10_000).await.unwrap() {
        let (facts, outcome) = (loaded.object.facts(), loaded.object.outcome());
        if within(facts.lodged_at) {
            let what = format!("complaint {} {outcome:?}", facts.subject);
            tally.add(what.clone(), 1);
            let last = loaded
                .object
                .history()
                .last(|event| matches!(event, complaint::Event::Decide { .. } | complaint::Event::Tell).then_some(()));
            if let Some((when, ())) = last.filter(|_| outcome != Some(complaint::Outcome::Omitted)) {
                tally.time(what, facts.lodged_at, when);
            }
        }
    }
    for loaded in store.objects::<Dispute>(None, true, 10_000).await.unwrap() {
        let (facts, outcome) = (loaded.object.facts(), loaded.object.outcome());
        if within(facts.brought_at) {
            let what = format!("dispute {outcome:?}");
            tally.add(what.clone(), 1);
            let history = loaded.object.history();
            let decided = history.last(|event| matches!(event, dispute::Event::Decide { .. }).then_some(()));
            if let Some((when, ())) = decided {
                tally.time(what, facts.brought_at, when);
            }
            let done = history.last(|event| matches!(event, dispute::Event::Implement { .. }).then_some(()));
            tally.add("implemented".into(), u64::from(done.is_some() && outcome != Some(complaint::Outcome::Upheld)));
        }
    }
    for loaded in store.objects::<Suspension>(None, true, 10_000).await.unwrap() {
        for (when, event) in loaded.object.history().entries() {
            if matches!(event, suspension::Event::Suspend { .. }) && within(*when) {
                tally.add(format!("suspension {}", loaded.object.facts().misuse), 1);
            }
        }
    }
}

/// How many cases the history has.
pub(crate) const fn cases() -> i64 {
    ROOMS * CASES
}
