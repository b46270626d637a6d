//! Corrections and their marks.

use super::{
    super::{
        Report,
        check::{Completeness, Source, check},
        fixture::{activity, day, leaf},
        rows::Tier,
    },
    CorrectError, Correction, correct,
};

fn why() -> Correction {
    Correction {
        changed_on: day("2027-03-15"),
        reason: "Two measures were counted twice.".to_owned(),
        method: "Counted again from the log.".to_owned(),
    }
}

fn first() -> Report {
    Report::of(&activity(Tier::Platform)).unwrap()
}

fn mended() -> Report {
    let mut activity = activity(Tier::Platform);
    let measures = activity.terms.get_mut(&leaf("OTHER_VIOLATION_TC", "KEYWORD_NUDITY", "")).unwrap();
    measures.taken = 6;
    measures.automated = 6;
    measures.restrictions.values_mut().for_each(|count| *count = (*count).min(6));
    Report::of(&activity).unwrap()
}

#[test]
fn each_changed_number_says_in_the_sheet_what_it_was() {
    let corrected = correct(&first(), mended(), why()).unwrap();
    let sheet = &corrected.files().unwrap()[5];
    assert_eq!(sheet.name, "6_own_initiative_TC_version2.csv");
    let text = String::from_utf8(sheet.bytes.clone()).unwrap();
    let row = text.split("\r\n").find(|line| line.contains("KEYWORD_NUDITY")).unwrap();
    assert!(row.contains("KEYWORD_NUDITY,,6,6,6,"));
    assert!(row.contains(
        "\"Corrected in version 2 on 2027-03-15, was 8: Two measures were counted twice. Counted again from the log.\""
    ));
}

#[test]
fn the_list_of_changes_names_every_cell_with_reason_method_and_day() {
    let corrected = correct(&first(), mended(), why()).unwrap();
    let list = corrected.files().unwrap().pop().unwrap();
    assert_eq!(list.name, "corrections_version2.csv");
    let text = String::from_utf8(list.bytes).unwrap();
    // Total, category and sub-category, in three columns each.
    assert_eq!(text.lines().count(), 1 + 9);
    assert!(text.contains("\r\n2,6_own_initiative_TC,TOTAL,Number of measures taken at the provider's own initiative,8,6,2027-03-15,Two measures were counted twice.,Counted again from the log.\r\n"));
}

#[test]
fn a_corrected_report_has_no_fault_and_corrects_again_to_version_3() {
    let corrected = correct(&first(), mended(), why()).unwrap();
    let sources: Vec<Source> =
        corrected.files().unwrap().into_iter().map(|file| Source { name: file.name, bytes: file.bytes }).collect();
    let findings = check(&sources, Completeness::Whole);
    assert_eq!(findings.faults, []);
    assert_eq!(correct(&corrected.report, first(), why()).unwrap().report.version, 3);
}

#[test]
fn another_report_or_no_change_or_no_reason_is_no_correction() {
    assert_eq!(correct(&first(), first(), why()), Err(CorrectError::NothingChanged(1)));
    let mut other = mended();
    other.service = "Halls".to_owned();
    assert!(matches!(correct(&first(), other, why()), Err(CorrectError::AnotherReport(_))));
    let silent = Correction { reason: " ".to_owned(), ..why() };
    assert_eq!(correct(&first(), mended(), silent), Err(CorrectError::Unexplained));
}
