//! Dates and periods as filers write them.

use super::{read_date, read_period};

#[track_caller]
fn date(text: &str, day: Option<&str>, right: bool) {
    let (found, wrong) = read_date(text);
    assert_eq!((found.map(|day| day.to_string()).as_deref(), wrong.is_none()), (day, right), "{text:?}");
}

#[test]
fn days_are_read_where_they_can_be_told() {
    date("2026-02-28", Some("2026-02-28"), true);
    date("2026/02/28", Some("2026-02-28"), false);
    date("2026-08-31 00:00:00", Some("2026-08-31"), false);
    date("28.02.2026", Some("2026-02-28"), false);
    date("2026-2-28", Some("2026-02-28"), false);
    date("03/04/2026", None, false);
    date("2026-02-30", None, false);
    date("tomorrow", None, false);
}

#[test]
fn periods_are_two_days_and_a_stroke() {
    assert!(read_period("2026-01-01/2026-06-30").1.is_none());
    for text in
        ["2026-01-01 / 2026-06-30", "2026-01-01 to 2026-06-30", "2026-01-01 - 2026-06-30", "2026/01/01–2026/06/30"]
    {
        let (period, wrong) = read_period(text);
        assert!(period.is_some() && wrong.is_some(), "{text}");
    }
    assert!(read_period("H1 2026").0.is_none());
}
