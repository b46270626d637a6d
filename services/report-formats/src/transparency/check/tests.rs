//! A valid report has no fault; each single change to it is found and named.

use std::sync::LazyLock;

use super::{
    super::{Report, fixture::activity, rows::Tier, write},
    Code, Completeness, Fault, Findings, Source, check,
};

mod arithmetic;
mod hostile;
mod mutations;
mod shapes;

/// The two that most tests change, made once.
static MADE: LazyLock<[Vec<Source>; 2]> = LazyLock::new(|| [Tier::Platform, Tier::VeryLarge].map(make));

fn sources(tier: Tier) -> Vec<Source> {
    match tier {
        Tier::Platform => MADE[0].clone(),
        Tier::VeryLarge => MADE[1].clone(),
        Tier::Intermediary | Tier::Hosting => make(tier),
    }
}

fn make(tier: Tier) -> Vec<Source> {
    let files = write::files(&Report::of(&activity(tier)).unwrap()).unwrap();
    files.into_iter().map(|file| Source { name: file.name, bytes: file.bytes }).collect()
}

fn whole(sources: &[Source]) -> Findings {
    check(sources, Completeness::Whole)
}

#[track_caller]
fn sound(findings: &Findings) {
    let first: Vec<&Fault> = findings.faults.iter().take(10).collect();
    assert!(findings.faults.is_empty(), "{} faults: {first:#?}", findings.faults.len());
}

#[test]
fn what_we_write_for_any_kind_of_provider_has_no_fault() {
    for tier in [Tier::Intermediary, Tier::Hosting, Tier::Platform, Tier::VeryLarge] {
        let findings = whole(&sources(tier));
        sound(&findings);
        assert_eq!(findings.remarks, []);
        assert_eq!(findings.sheets, 11);
    }
}

#[test]
fn sheets_given_one_by_one_are_checked_for_what_they_are() {
    for source in sources(Tier::VeryLarge) {
        sound(&check(&[source], Completeness::Part));
    }
    let findings = check(&[Source { name: "x.csv".to_owned(), bytes: b"a,b\r\n1,2\r\n".to_vec() }], Completeness::Part);
    assert_eq!(findings.faults[0].code, Code::SheetUnknown);
}
