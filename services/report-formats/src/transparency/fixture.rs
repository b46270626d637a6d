//! A small but complete report for tests: an online platform of live audio.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};

use super::{
    activity::{
        Activity, Appeals, Automated, Automation, Exposure, Freeze, Leaf, Measures, Notices, Orders, Outcomes,
        Provider, Restriction, Side, Split, Staff, System, Words,
    },
    measure::{Sample, Stratum},
    report::Period,
    rows::{LANGUAGES, MEMBER_STATES, Tier},
};

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn leaf(category: &str, keyword: &str, description: &str) -> Leaf {
    Leaf::of_codes(&format!("STATEMENT_CATEGORY_{category}"), keyword, description).unwrap()
}

fn hate() -> Leaf {
    leaf("ILLEGAL_OR_HARMFUL_SPEECH", "KEYWORD_HATE_SPEECH", "")
}

fn orders() -> BTreeMap<(&'static str, Leaf), Orders> {
    let order = |act, inform| Orders {
        act,
        items: act * 2,
        act_informed: vec![0; usize::try_from(act).unwrap()],
        act_effect: vec![1_800; usize::try_from(act).unwrap()],
        inform,
        inform_informed: vec![600; usize::try_from(inform).unwrap()],
        inform_effect: vec![86_400; usize::try_from(inform).unwrap()],
    };
    let unspecified = leaf("NOT_SPECIFIED_ORDER", "", "");
    [(("DE", hate()), order(3, 1)), (("FR", hate()), order(1, 0)), (("FR", unspecified), order(0, 2))].into()
}

fn notices() -> BTreeMap<Leaf, Notices> {
    let notice = |notices: u64, trusted: u64| {
        let side = |notices: u64| Side {
            notices,
            items: notices + 1,
            to_act: vec![7_200; usize::try_from(notices).unwrap()],
            law: notices / 2,
            terms: notices - notices / 2,
        };
        Notices { all: side(notices), trusted: if trusted == 0 { Side::default() } else { side(trusted) } }
    };
    let unspecified = leaf("NOT_SPECIFIED_NOTICE", "", "");
    let threats = leaf("VIOLENCE", "KEYWORD_OTHER", "Threats against moderators");
    [(hate(), notice(40, 5)), (threats, notice(4, 0)), (unspecified, notice(6, 0))].into()
}

fn measures(taken: u64, automated: u64) -> Measures {
    let restrictions = [(Restriction::VisibilityRemoval, taken), (Restriction::AccountSuspension, taken / 4)].into();
    Measures { taken, automated, restrictions }
}

fn appeals() -> Appeals {
    let mut appeals = Appeals::default();
    appeals.complaints[0] =
        Outcomes { total: 9, upheld: 5, partially: 1, reversed: 2, omitted: 1, to_decide: vec![36_000; 8] };
    appeals.complaints[4] = Outcomes { total: 3, upheld: 3, to_decide: vec![7_200; 3], ..Outcomes::default() };
    appeals.complaints[5] = Outcomes { total: 1, upheld: 1, to_decide: vec![7_200], ..Outcomes::default() };
    appeals.disputes =
        Outcomes { total: 4, upheld: 2, reversed: 2, to_decide: vec![900_000; 4], ..Outcomes::default() };
    appeals.implemented = 1;
    appeals.newly_imposed = 1;
    appeals.suspensions = [7, 1, 0];
    appeals
}

fn automated(solely: u64, both: u64, without: u64, systems: &[&str]) -> Automated {
    let system = |name: &&str| System {
        name: (*name).to_owned(),
        sample: Sample {
            flagged: Stratum { population: 1_000, sampled: 200, violations: 180 },
            unflagged: Stratum { population: 99_000, sampled: 1_000, violations: 10 },
        },
    };
    Automated { split: Split { solely, both, without }, systems: systems.iter().map(system).collect() }
}

fn words() -> Words {
    let text = |what: &str| format!("{what}, told in words, with \"quotes\", commas\r\nand two lines.");
    Words {
        summary: text("Summary"),
        information: text("Information"),
        automated_means: text("Means"),
        accuracy: text("Accuracy"),
        purposes: text("Purposes"),
        safeguards: text("Safeguards"),
        governance: text("Governance"),
        qualifications: text("Qualifications"),
        training: text("Training"),
        support: text("Support"),
        staff_method: text("Method"),
    }
}

/// What a platform did in 2026.
pub(super) fn activity(tier: Tier) -> Activity {
    let very_large = tier == Tier::VeryLarge;
    let end = if very_large { "2026-06-30" } else { "2026-12-31" };
    let systems = ["head hate 3 at 0.90", "pack slurs 12"];
    Activity {
        provider: Provider {
            name: "Live Rooms, s.r.o.".to_owned(),
            service: "Rooms".to_owned(),
            tier,
            monetised: false,
        },
        period: Period::new(day("2026-01-01"), day(end)).unwrap(),
        published: day(if very_large { "2026-08-31" } else { "2027-02-28" }),
        previous: Some(day("2026-02-28")),
        freeze: Some(Freeze {
            as_of: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            log_size: 123,
            root: "ab".repeat(32),
        }),
        remarks: [("STATEMENT_CATEGORY_VIOLENCE", "Threats said in a room".to_owned())].into(),
        orders: orders(),
        notices: notices(),
        illegal: [(hate(), measures(30, 12)), (leaf("SELF_HARM", "KEYWORD_SUICIDE", ""), measures(2, 0))].into(),
        terms: [(leaf("OTHER_VIOLATION_TC", "KEYWORD_NUDITY", ""), measures(8, 8))].into(),
        appeals: appeals(),
        automation: Automation {
            total: automated(20, 10, 40, &systems),
            own: automated(15, 5, 20, &systems[..1]),
            notices: automated(2, 8, 40, &[]),
            trusted: automated(0, 1, 4, &[]),
            languages: [("en", automated(18, 2, 10, &systems[..1])), ("sv", automated(2, 0, 1, &systems[..1]))].into(),
        },
        staff: Some(Staff {
            internal: 12.5,
            external: 30.0,
            linguistic: 40.0,
            languages: LANGUAGES.into_iter().zip([1.5; 24]).collect(),
        }),
        recipients: Some((54_000_000, MEMBER_STATES.into_iter().zip([2_000_000; 27]).collect())),
        words: words(),
        exposure: Some(Exposure { violative: 120.5, all: Some(24_100.0), known: 30, unknown: 2 }),
    }
}
