//! From counts and facts to what the sheets say: where each thing is counted, and what has no place.

use std::collections::BTreeMap;

use domain::{
    Account, AutomatedDecision, Monetary, Provision, SourceKind, Visibility,
    complaint::{Outcome, Subject},
    suspension::Misuse,
};
use report_formats::transparency::activity::System;
use report_formats::transparency::activity::{
    Appeals, Automated, Automation, Leaf, Measures, Notices, Orders, Outcomes, Restriction, Side, Split,
};
use report_formats::transparency::rows::{LANGUAGES, MEMBER_STATES};
use store::{AppealCount, LabelCodes, MeasureCount, StudyCount};

use crate::study::{name, sample};

/// What stands where no sub-category was named: the law's lists have none for it.
const UNNAMED: &str = "No sub-category was named.";
/// The category of what is against the terms and in no other.
const OTHER_TERMS: &str = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC";
const NO_NOTICE: &str = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE";
const NO_ORDER: &str = "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER";

/// What is counted, by sheet.
#[derive(Debug, Default)]
pub(super) struct Filled {
    pub(super) orders: BTreeMap<(&'static str, Leaf), Orders>,
    pub(super) notices: BTreeMap<Leaf, Notices>,
    pub(super) illegal: BTreeMap<Leaf, Measures>,
    pub(super) terms: BTreeMap<Leaf, Measures>,
    pub(super) appeals: Appeals,
    pub(super) automation: Automation,
    /// How many of what the sheets have no place for, by what it is.
    pub(super) unplaced: BTreeMap<String, u64>,
}

/// A category that is on none of the law's lists: another version wrote the row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no category that a report has")]
pub struct NoCategory(String);

pub(super) fn fill(activity: &store::Activity) -> Result<Filled, NoCategory> {
    let mut filled = Filled::default();
    for measure in &activity.measures {
        filled.measure(measure)?;
    }
    for line in &activity.languages {
        filled.language(line);
    }
    for notice in &activity.notices {
        filled.notice(notice)?;
    }
    for &(is_trusted, part, count) in &activity.processed {
        add(&mut filled.automation.notices.split, part, count);
        if is_trusted {
            add(&mut filled.automation.trusted.split, part, count);
        }
    }
    for order in &activity.orders {
        filled.order(order)?;
    }
    filled.appeals(&activity.appeals);
    for (study, counts) in &activity.studies {
        filled.study(study, counts);
    }
    Ok(filled)
}

fn unspecified(category: &str) -> Result<Leaf, NoCategory> {
    Leaf::of_codes(category, "", "").map_err(|_| NoCategory(category.to_owned()))
}

/// The one place of a label: of its keywords the first that belongs to its main category.
fn leaf(label: &LabelCodes) -> Result<Leaf, NoCategory> {
    let words = label.words.as_deref().map(str::trim).filter(|words| !words.is_empty()).unwrap_or(UNNAMED);
    let known = label.keywords.iter().find_map(|keyword| Leaf::of_codes(&label.category, keyword, words).ok());
    match known {
        Some(leaf) => Ok(leaf),
        None => other(&label.category, UNNAMED),
    }
}

fn other(category: &str, words: &str) -> Result<Leaf, NoCategory> {
    let other = report_formats::transparency::categories::OTHER;
    Leaf::of_codes(category, other, words).map_err(|_| NoCategory(category.to_owned()))
}

const fn add(split: &mut Split, part: AutomatedDecision, count: u64) {
    match part {
        AutomatedDecision::Fully => split.solely += count,
        AutomatedDecision::Partially => split.both += count,
        AutomatedDecision::NotAutomated => split.without += count,
    }
}

impl Filled {
    fn unplaced(&mut self, what: String, count: u64) {
        *self.unplaced.entry(what).or_default() += count;
    }

    fn measure(&mut self, found: &MeasureCount) -> Result<(), NoCategory> {
        let is_own = found.source == SourceKind::OwnInitiative;
        add(&mut self.automation.total.split, found.part, found.count);
        if !is_own {
            return Ok(());
        }
        add(&mut self.automation.own.split, found.part, found.count);
        let category = found.label.category.as_str();
        let (leaf, is_by_law) = match (category, found.is_by_law) {
            (NO_NOTICE, _) => {
                self.unplaced("measures without a category, counted in category 15".to_owned(), found.count);
                (other(OTHER_TERMS, UNNAMED)?, false)
            }
            (OTHER_TERMS, true) => {
                let what = "measures on the ground of the law in category 15, counted with the terms".to_owned();
                self.unplaced(what, found.count);
                (leaf(&found.label)?, false)
            }
            (_, is_by_law) => (leaf(&found.label)?, is_by_law),
        };
        let sheet = if is_by_law { &mut self.illegal } else { &mut self.terms };
        let measures = sheet.entry(leaf).or_default();
        measures.taken += found.count;
        if found.found_by_machine {
            measures.automated += found.count;
        }
        for restriction in restrictions(found) {
            *measures.restrictions.entry(restriction).or_default() += found.count;
        }
        Ok(())
    }

    fn language(&mut self, line: &store::LanguageCount) {
        let Some(language) = &line.language else {
            self.unplaced("measures on no flagged speech, in no language's row".to_owned(), line.count);
            return;
        };
        if let Some(known) = LANGUAGES.iter().find(|known| *known == language) {
            let automated: &mut Automated = self.automation.languages.entry(known).or_default();
            add(&mut automated.split, line.part, line.count);
        } else {
            let what = format!("measures on speech in {language}, which is no official language of the Union");
            self.unplaced(what, line.count);
        }
    }

    fn study(&mut self, study: &store::Study, counts: &[StudyCount]) {
        let system = |of: &str| {
            let of: Vec<StudyCount> = counts.iter().filter(|it| of.is_empty() || it.language == of).cloned().collect();
            System { name: name(study, &of), sample: sample(&of) }
        };
        for scope in [&mut self.automation.total, &mut self.automation.own] {
            scope.systems.push(system(""));
        }
        for language in LANGUAGES.iter().filter(|known| counts.iter().any(|it| it.language == **known)) {
            self.automation.languages.entry(language).or_default().systems.push(system(language));
        }
    }

    fn notice(&mut self, found: &store::NoticeCount) -> Result<(), NoCategory> {
        let leaf = match (found.category.as_deref(), &found.label) {
            (None | Some(NO_NOTICE), _) => unspecified(NO_NOTICE)?,
            (Some(OTHER_TERMS), _) => {
                let what = "notices of violations of the terms alone, counted in category 17".to_owned();
                self.unplaced(what, found.notices);
                unspecified(NO_NOTICE)?
            }
            (Some(category), Some(label)) if label.category == category => leaf(label)?,
            (Some(category), _) => other(category, UNNAMED)?,
        };
        let notices = self.notices.entry(leaf).or_default();
        let trusted = found.is_trusted.then_some(&mut notices.trusted);
        for side in std::iter::once(&mut notices.all).chain(trusted) {
            let Side { notices, items, to_act, law, terms } = side;
            *notices += found.notices;
            *items += found.items;
            to_act.extend(&found.to_act);
            *law += found.law;
            *terms += found.terms;
        }
        Ok(())
    }

    fn order(&mut self, found: &store::OrderCount) -> Result<(), NoCategory> {
        // ISO 3166-1 to Eurostat's codes.
        let state = if found.member_state == "GR" { "EL" } else { &found.member_state };
        let Some(state) = MEMBER_STATES.iter().find(|known| **known == state) else {
            let what = format!("orders from {state}, which is no Member State");
            self.unplaced(what, found.orders);
            return Ok(());
        };
        let leaf = match &found.label {
            Some(label) if ![OTHER_TERMS, NO_NOTICE].contains(&label.category.as_str()) => leaf(label)?,
            Some(_) | None => unspecified(NO_ORDER)?,
        };
        let orders = self.orders.entry((state, leaf)).or_default();
        if found.acts {
            orders.act += found.orders;
            orders.items += found.items;
            orders.act_informed.extend(&found.informed);
            orders.act_effect.extend(&found.effect);
        } else {
            orders.inform += found.orders;
            orders.inform_informed.extend(&found.informed);
            orders.inform_effect.extend(&found.effect);
        }
        Ok(())
    }

    fn appeals(&mut self, found: &store::Appeals) {
        for (subject, counted) in &found.complaints {
            let kinds: &[usize] = match subject {
                Subject::Visibility => &[0],
                Subject::Service => &[1],
                Subject::Account => &[2],
                Subject::Monetary => &[3],
                Subject::Notice => &[4],
                Subject::TrustedFlagger => &[4, 5],
            };
            for &kind in kinds {
                ended(&mut self.appeals.complaints[kind], counted);
            }
        }
        for counted in &found.disputes {
            ended(&mut self.appeals.disputes, counted);
        }
        self.appeals.implemented = found.implemented;
        self.appeals.newly_imposed = found.newly_imposed;
        for &(misuse, count) in &found.suspensions {
            let kind = match misuse {
                Misuse::IllegalContent => 0,
                Misuse::UnfoundedNotices => 1,
                Misuse::UnfoundedComplaints => 2,
            };
            self.appeals.suspensions[kind] += count;
        }
    }
}

fn ended(outcomes: &mut Outcomes, counted: &AppealCount) {
    outcomes.total += counted.count;
    outcomes.to_decide.extend(&counted.to_decide);
    match counted.outcome {
        Some(Outcome::Upheld) => outcomes.upheld += counted.count,
        Some(Outcome::PartiallyReversed) => outcomes.partially += counted.count,
        Some(Outcome::Reversed) => outcomes.reversed += counted.count,
        Some(Outcome::Omitted) => outcomes.omitted += counted.count,
        None => {}
    }
}

/// Every restriction of a measure in the sheets' columns: partial and total ones of the service are one column there.
fn restrictions(found: &MeasureCount) -> Vec<Restriction> {
    let visibility = found.visibility.iter().map(|visibility| match visibility {
        Visibility::Removed => Restriction::VisibilityRemoval,
        Visibility::Disabled => Restriction::VisibilityDisable,
        Visibility::Demoted => Restriction::VisibilityDemoted,
        Visibility::AgeRestricted => Restriction::VisibilityAgeRestricted,
        Visibility::InteractionRestricted => Restriction::VisibilityInteractionRestricted,
        Visibility::Labelled => Restriction::VisibilityLabelled,
        Visibility::Other => Restriction::VisibilityOther,
    });
    let monetary = found.monetary.map(|monetary| match monetary {
        Monetary::Suspension => Restriction::MonetarySuspension,
        Monetary::Termination => Restriction::MonetaryTermination,
        Monetary::Other => Restriction::MonetaryOther,
    });
    let provision = found.provision.map(|provision| match provision {
        Provision::PartialSuspension | Provision::TotalSuspension => Restriction::ServiceSuspension,
        Provision::PartialTermination | Provision::TotalTermination => Restriction::ServiceTermination,
    });
    let account = found.account.map(|account| match account {
        Account::Suspended => Restriction::AccountSuspension,
        Account::Terminated => Restriction::AccountTermination,
    });
    let mut all: Vec<Restriction> = visibility.chain(monetary).chain(provision).chain(account).collect();
    all.sort_unstable();
    all.dedup();
    all
}
