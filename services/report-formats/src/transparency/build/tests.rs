//! Sums, medians, and blank against nought.

use super::super::{
    BuildError, Report, Sheet,
    activity::{Leaf, LeafError},
    fixture::{activity, leaf},
    report::{Cell, Key, Row},
    rows::{self, Line, Tier},
};

fn row(report: &Report, sheet: Sheet, fits: impl Fn(&Key) -> bool) -> &Row {
    report.tables[sheet as usize].rows.iter().find(|row| fits(&row.key)).unwrap()
}

fn line(code: &str) -> impl Fn(&Key) -> bool {
    move |key| matches!(key, Key::Line { line, scope, .. } if line.code() == code && matches!(*scope, "" | "TOTAL"))
}

fn named(name: &str, scope: &str) -> impl Fn(&Key) -> bool {
    move |key| matches!(key, Key::Named(indicator) if indicator.name == name && indicator.scope == scope)
}

#[test]
fn sub_categories_sum_to_their_category_and_categories_to_the_total() {
    let report = Report::of(&activity(Tier::Platform)).unwrap();
    let taken = |code: &str| row(&report, Sheet::OwnIllegal, line(code)).cells[0].clone();
    assert_eq!(taken("KEYWORD_HATE_SPEECH"), Cell::Count(30));
    assert_eq!(taken("STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"), Cell::Count(30));
    assert_eq!(taken("TOTAL"), Cell::Count(32));
    assert_eq!(taken("KEYWORD_ANIMAL_HARM"), Cell::Count(0));
}

#[test]
fn the_template_has_as_many_rows_as_the_commission_gave_it() {
    let count = |sheet: Sheet| rows::lines(sheet).len();
    assert_eq!(
        [Sheet::Categories, Sheet::Orders, Sheet::Notices, Sheet::OwnIllegal, Sheet::OwnTerms].map(count),
        [100, 91, 91, 90, 98]
    );
    let count = |sheet: Sheet| rows::indicators(sheet).len();
    assert_eq!([Sheet::Identification, Sheet::Appeals, Sheet::Qualitative].map(count), [5, 47, 11]);
    // 20 rows that stand in the template in full, then five in each of 24 languages.
    assert_eq!(count(Sheet::Automated), 20 + 5 * 24);
    assert_eq!(Sheet::ALL.map(|sheet| sheet.columns().len()), [4, 4, 20, 25, 37, 37, 8, 8, 8, 7, 5]);
}

#[test]
fn medians_are_hours_over_all_events_of_a_level_and_blank_of_nothing() {
    let report = Report::of(&activity(Tier::Platform)).unwrap();
    let total = row(&report, Sheet::Orders, line("TOTAL"));
    assert_eq!(total.cells[..4], [Cell::Count(4), Cell::Count(8), Cell::Real(0.0), Cell::Real(0.5)]);
    let unspecified = row(&report, Sheet::Orders, line("STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER"));
    assert_eq!(unspecified.cells[2..5], [Cell::Blank, Cell::Blank, Cell::Count(2)]);
    assert_eq!(super::median(&[3_600, 7_200, 0, 10_800]), Cell::Real(1.5));
}

#[test]
fn only_member_states_that_sent_an_order_have_a_block_in_the_template_s_order() {
    let report = Report::of(&activity(Tier::Platform)).unwrap();
    let mut scopes: Vec<&str> = Vec::new();
    for row in &report.tables[Sheet::Orders as usize].rows {
        let Key::Line { scope, .. } = &row.key else { panic!() };
        if scopes.last() != Some(scope) {
            scopes.push(scope);
        }
    }
    assert_eq!(scopes, ["TOTAL", "FR", "DE"]);
}

#[test]
fn what_does_not_apply_is_blank_and_what_did_not_happen_is_nought() {
    let report = Report::of(&activity(Tier::Hosting)).unwrap();
    let total = row(&report, Sheet::Notices, line("TOTAL"));
    assert_eq!(total.cells[..2], [Cell::Count(50), Cell::Blank], "Trusted Flaggers are for online platforms");
    let measures = row(&report, Sheet::OwnIllegal, line("TOTAL"));
    assert_eq!(measures.cells[8..11], [Cell::Count(0), Cell::Blank, Cell::Blank], "nobody earns money on this service");
    let upheld = row(&report, Sheet::Appeals, named(rows::ALL_COMPLAINTS, rows::UPHELD));
    assert_eq!(upheld.cells, [Cell::Blank]);
    let all = row(&report, Sheet::Appeals, named(rows::ALL_COMPLAINTS, rows::TOTAL_NUMBER));
    assert_eq!(all.cells, [Cell::Count(12)], "this row is for all");
    let intermediary = Report::of(&activity(Tier::Intermediary)).unwrap();
    assert_eq!(row(&intermediary, Sheet::Notices, line("TOTAL")).cells[0], Cell::Blank);
}

#[test]
fn each_moderation_system_has_rates_of_its_own_with_sample_and_interval() {
    let report = Report::of(&activity(Tier::Platform)).unwrap();
    let precision = named(rows::RATES[1], rows::TOTAL_NUMBER);
    let rows: Vec<&Row> =
        report.tables[Sheet::Automated as usize].rows.iter().filter(|row| precision(&row.key)).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].cells, [Cell::Real(0.9)]);
    assert!(rows[0].notes[0].starts_with("head hate 3 at 0.90: "));
    // Wilson for 180 of 200.
    assert!(rows[0].notes[0].contains("95 % interval from 0.8506 to 0.9343 (Wilson score)"), "{}", rows[0].notes[0]);
    let unmeasured = row(&report, Sheet::Automated, named(rows::RATES[2], rows::NAM_TOTAL));
    assert_eq!(unmeasured.cells, [Cell::Blank]);
    assert!(unmeasured.notes[0].starts_with("Not measured"));
}

#[test]
fn decisions_of_people_and_machines_together_are_told_beside_the_counts() {
    let report = Report::of(&activity(Tier::Platform)).unwrap();
    let solely = row(&report, Sheet::Automated, named(rows::SOLELY, rows::TOTAL_NUMBER));
    assert_eq!(solely.cells, [Cell::Count(20)]);
    assert!(solely.notes[0].contains("10 more were decided by people and a machine together"));
}

#[test]
fn sheet_11_tells_exposure_and_the_state_of_the_records() {
    let report = Report::of(&activity(Tier::Platform)).unwrap();
    let words = |row: usize| report.tables[Sheet::Qualitative as usize].rows[row].cells[0].text();
    assert!(
        words(0)
            .ends_with(&format!("the first 123 entries of the provider's audit log, Merkle root {}.", "ab".repeat(32)))
    );
    assert!(words(1).contains("120.5 listener-minutes"));
    assert!(words(1).contains("0.005 of the 24100.0 listener-minutes of all sound"));
    assert!(words(1).ends_with("The reach of 2 more is not known and not in these figures."));
}

#[test]
fn what_fits_in_no_row_is_refused_by_name() {
    let mut wrong = activity(Tier::Platform);
    wrong.illegal.insert(leaf("OTHER_VIOLATION_TC", "KEYWORD_NUDITY", ""), super::super::activity::Measures::default());
    let expected =
        BuildError::WrongSheet { category: "STATEMENT_CATEGORY_OTHER_VIOLATION_TC", sheet: "5_own_initiative_illegal" };
    assert_eq!(Report::of(&wrong), Err(expected));
    let mut wrong = activity(Tier::Platform);
    wrong.words.purposes = "x".repeat(5_001);
    assert!(matches!(Report::of(&wrong), Err(BuildError::TooLong { found: 5_001, .. })));
    let mut wrong = activity(Tier::VeryLarge);
    wrong.recipients.as_mut().unwrap().1.insert("UK", 1);
    assert_eq!(Report::of(&wrong), Err(BuildError::Unknown("UK".to_owned())));
    let mut wrong = activity(Tier::Platform);
    wrong.appeals.implemented = 3;
    assert!(matches!(Report::of(&wrong), Err(BuildError::PartAboveWhole { .. })));
    let mut wrong = activity(Tier::Platform);
    wrong.automation.total.systems[0].sample.flagged.violations = 999;
    assert!(matches!(Report::of(&wrong), Err(BuildError::Sample { .. })));
}

#[test]
fn codes_that_annex_i_does_not_put_together_make_no_leaf() {
    let of = |keyword: &str, description: &str| {
        Leaf::of_codes("STATEMENT_CATEGORY_VIOLENCE", keyword, description).map(|_| ())
    };
    let misfit = |keyword: &str| {
        Err(LeafError::Keyword { category: "STATEMENT_CATEGORY_VIOLENCE", keyword: keyword.to_owned() })
    };
    assert_eq!(of("KEYWORD_HATE_SPEECH", ""), misfit("KEYWORD_HATE_SPEECH"));
    assert_eq!(of("", ""), misfit(""));
    assert_eq!(of("KEYWORD_OTHER", " "), Err(LeafError::Undescribed("STATEMENT_CATEGORY_VIOLENCE")));
    assert_eq!(Leaf::of_codes("VIOLENCE", "", ""), Err(LeafError::Category("VIOLENCE".to_owned())));
    assert!(Line::Total.category().is_none());
}
