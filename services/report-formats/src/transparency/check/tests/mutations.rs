//! One change to a valid report at a time: what it breaks is named, with its file and place.

use super::{super::super::rows::Tier, Code, Completeness, Fault, Source, check, sources};

/// Changes `from` to `to` once in a file, and expects a fault of this code whose pointer and message hold these words.
#[track_caller]
pub(super) fn finds(tier: Tier, file: &str, from: &str, to: &str, code: Code, pointer: &str, words: &str) {
    let mut sources = sources(tier);
    let source = sources.iter_mut().find(|source| source.name.starts_with(file)).unwrap();
    let text = String::from_utf8(source.bytes.clone()).unwrap();
    assert!(text.contains(from), "{file} has no {from:?}");
    source.bytes = text.replacen(from, to, 1).into_bytes();
    let alone = source.clone();
    // Sheet 8 must agree with others; any other is checked with sheet 1 alone, which is faster.
    let among = if file == "8_" {
        sources
    } else if file == "1_" {
        vec![alone]
    } else {
        vec![sources.swap_remove(0), alone]
    };
    expect(&among, file, code, pointer, words);
}

#[track_caller]
fn expect(sources: &[Source], file: &str, code: Code, pointer: &str, words: &str) {
    let findings = check(sources, if code == Code::SheetMissing { Completeness::Whole } else { Completeness::Part });
    let fits = |fault: &&Fault| {
        fault.code == code
            && fault.file.starts_with(file)
            && fault.pointer.contains(pointer)
            && fault.message.contains(words)
    };
    assert!(
        findings.faults.iter().any(|fault| fits(&fault)),
        "no {code:?} at {pointer:?} with {words:?}: {:#?}",
        findings.faults
    );
}

pub(super) const HATE: &str = "KEYWORD_HATE_SPEECH,,";
pub(super) const PLATFORM: Tier = Tier::Platform;

#[test]
fn columns_that_differ_are_named() {
    use Code::{ColumnDuplicate, ColumnMissing, ColumnOrder, ColumnSpelling, ColumnUnknown};
    let cases = [
        ("Reporting period", "Period", ColumnMissing, "/1/Reporting period", "is not there"),
        ("Reporting period", "Period", ColumnUnknown, "/1/Period", "no column"),
        ("Reporting period", "REPORTING  period", ColumnSpelling, "/1/Reporting period", "“REPORTING  period”"),
        ("Applicability,Service", "Service,Applicability", ColumnOrder, "/1/Service", "too early"),
        ("Median time to take action,", "Service,", ColumnDuplicate, "/1/Service", "2 times"),
    ];
    for (from, to, code, pointer, words) in cases {
        finds(PLATFORM, "4_", from, to, code, pointer, words);
    }
}

#[test]
fn rows_of_categories_that_differ_are_named() {
    use Code::{CategoryNotHere, KeywordMisplaced, LabelSpelling, RowDuplicate, RowMissing, RowOrder, RowUnknown};
    let cases = [
        (
            "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS",
            "KEYWORD_STALKING",
            RowUnknown,
            "Category of illegal content",
            "no code of Annex I",
        ),
        (
            "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS",
            "KEYWORD_STALKING",
            RowMissing,
            "/-",
            "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS",
        ),
        ("KEYWORD_ANIMAL_HARM", "KEYWORD_UNLAWFUL_SALE_ANIMALS", RowDuplicate, "/5/", "twice"),
        ("KEYWORD_ANIMAL_HARM", "Keyword_Animal_Harm", LabelSpelling, "/4/", "KEYWORD_ANIMAL_HARM"),
        (
            "KEYWORD_PHISHING",
            "KEYWORD_NUDITY",
            CategoryNotHere,
            "Category of illegal content",
            "OTHER_VIOLATION_TC has no row",
        ),
        (
            "KEYWORD_PHISHING",
            "KEYWORD_SUICIDE",
            KeywordMisplaced,
            "Category of illegal content",
            "belongs to STATEMENT_CATEGORY_SELF_HARM",
        ),
        (
            "KEYWORD_DEFAMATION",
            "KEYWORD_HATE_SPEECH",
            RowOrder,
            "Category of illegal content",
            "before it in the template",
        ),
    ];
    for (from, to, code, pointer, words) in cases {
        finds(PLATFORM, "5_", from, to, code, pointer, words);
    }
    finds(
        PLATFORM,
        "5_",
        "STATEMENT_CATEGORY_VIOLENCE",
        "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
        CategoryNotHere,
        "",
        "has no row",
    );
}

#[test]
fn a_row_cut_out_of_any_sheet_is_missed() {
    for (file, row) in [
        ("1_", "Date of the publication of the report"),
        ("2_", "KEYWORD_PHISHING"),
        ("3_", "KEYWORD_PHISHING"),
        ("4_", "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"),
        ("5_", "KEYWORD_TERRORIST_CONTENT"),
        ("6_", "KEYWORD_NUDITY"),
        ("7_", "manifestly unfounded notices"),
        ("8_", "Number of notices not processed by automated means,NAM Trusted"),
        ("9_", ",hr,"),
        ("10_", ",MT,"),
        ("11_", "Safeguards applied"),
    ] {
        let mut sources = sources(Tier::VeryLarge);
        let source = sources.iter_mut().find(|source| source.name.starts_with(file)).unwrap();
        let text = String::from_utf8(source.bytes.clone()).unwrap();
        let cut = text.split("\r\n").position(|line| line.contains(row)).unwrap();
        let kept: Vec<&str> =
            text.split("\r\n").enumerate().filter(|(at, _)| *at != cut).map(|(_, line)| line).collect();
        source.bytes = kept.join("\r\n").into_bytes();
        let word = row.split(',').find(|part| !part.is_empty()).unwrap();
        let alone = source.clone();
        expect(&[alone], file, Code::RowMissing, "/-", word);
    }
}

#[test]
fn numbers_written_otherwise_are_named() {
    use Code::{
        DecimalComma, Negative, NotANumber, NotAnInteger, NotApplicableText, Percent, ThousandsSeparator, UnitText,
    };
    let counts = [
        ("30,12,", "-30,12,", Negative, "is below nought"),
        ("30,12,", "30.0,12,", NotAnInteger, "“30.0”"),
        ("30,12,", "\"3,000\",12,", ThousandsSeparator, "“3,000”"),
        ("30,12,", "N/A,12,", NotApplicableText, "write which"),
        ("30,12,", "thirty,12,", NotANumber, "“thirty”"),
        ("30,12,", "30%,12,", Percent, "percentage"),
    ];
    for (from, to, code, words) in counts {
        let (from, to) = (format!("{HATE}{from}"), format!("{HATE}{to}"));
        finds(PLATFORM, "5_", &from, &to, code, "/Number of measures taken at the provider's own initiative", words);
    }
    finds(PLATFORM, "4_", "2,2,20", "2 h,2,20", UnitText, "/Median time to take action", "“2 h”");
    finds(PLATFORM, "4_", "2,2,20", "\"2,5\",2,20", DecimalComma, "/Median time to take action", "“2,5”");
    finds(PLATFORM, "8_", ",0.9,", ",90%,", Percent, "/Value", "“90%”");
    finds(PLATFORM, "8_", ",0.9,", ",1.9,", Code::OutOfRange, "/Value", "“1.9”");
    finds(PLATFORM, "8_", ",0.9,", ",0.88-0.92,", Code::NumberRange, "/Value", "0.88-0.92");
}

#[test]
fn other_without_words_of_its_own_is_named() {
    use Code::{OtherDescription, Placeholder};
    let other = "KEYWORD_OTHER,Threats against moderators";
    let column = "/Description of the sub-category \"Other\"";
    finds(PLATFORM, "4_", other, "KEYWORD_OTHER,", OtherDescription, column, "does not say what");
    finds(
        PLATFORM,
        "4_",
        other,
        "KEYWORD_OTHER,\"Text to detail the \"\"Other\"\" keyword.\"",
        Placeholder,
        column,
        "placeholder",
    );
    finds(
        PLATFORM,
        "4_",
        "KEYWORD_HATE_SPEECH,,",
        "KEYWORD_HATE_SPEECH,Hate,",
        OtherDescription,
        column,
        "but the row is KEYWORD_HATE_SPEECH",
    );
    let row = "All,Rooms,2026-01-01/2026-12-31,KEYWORD_OTHER,No other sub-category was used.,";
    let twice = format!("{row}0,0,0,0,0,0,0,0,0,,,,0,0,0,0,,,,,,,,,,,,,,,,\r\n{row}");
    finds(PLATFORM, "6_", row, &twice, OtherDescription, column, "has the description of row");
}

#[test]
fn dates_and_periods_that_cannot_be_are_named() {
    use Code::{DateFormat, DateOrder, PeriodBounds, PeriodDiffers, PeriodFormat, Placeholder, PublishedLate};
    finds(PLATFORM, "1_", "2027-02-28", "2027/02/28", DateFormat, "/3/Value", "2027/02/28");
    finds(PLATFORM, "1_", "2027-02-28", "2027-03-01", PublishedLate, "/3/Value", "2027-02-28");
    finds(PLATFORM, "1_", "2027-02-28", "2026-12-31", DateOrder, "/3/Value", "before the period ended");
    finds(PLATFORM, "1_", "2026-02-28", "2027-02-28", DateOrder, "/3/Value", "the report before it");
    finds(PLATFORM, "1_", "2026-01-01", "2026-02-01", PeriodBounds, "/5/Value", "neither a calendar year");
    finds(
        PLATFORM,
        "1_",
        "2026-12-31",
        "2025-12-31",
        DateOrder,
        "/5/Value",
        "starts on 2026-01-01 and ends on 2025-12-31",
    );
    finds(PLATFORM, "1_", "2026-01-01", "YYYY-MM-DD", Placeholder, "/5/Value", "placeholder");
    finds(
        PLATFORM,
        "4_",
        "2026-01-01/2026-12-31",
        "2026-01-01 - 2026-12-31",
        PeriodFormat,
        "/2/Reporting period",
        "is not written",
    );
    finds(PLATFORM, "4_", "2026-01-01/2026-12-31", "2025-01-01/2025-12-31", PeriodDiffers, "", "2025-01-01");
    finds(
        PLATFORM,
        "4_",
        "2026-01-01/2026-12-31",
        "YYYY-MM-DD/YYYY-MM-DD",
        Placeholder,
        "/2/Reporting period",
        "placeholder",
    );
}

#[test]
fn labels_scopes_and_names_that_differ_are_named() {
    use Code::{LabelMismatch, LabelSpelling, Placeholder, RowUnknown, ScopeUnknown, ServiceDiffers};
    finds(PLATFORM, "8_", "Total number", "total", ScopeUnknown, "/2/Scope", "“total”");
    finds(PLATFORM, "8_", "Total number", "TOTAL NUMBER", LabelSpelling, "/2/Scope", "Total number");
    finds(
        PLATFORM,
        "7_",
        "Internal complaints mechanism",
        "Complaints",
        LabelMismatch,
        "/2/Section",
        "Internal complaints mechanism",
    );
    finds(
        PLATFORM,
        "7_",
        "Number of restrictions newly imposed",
        "Number of things newly imposed",
        RowUnknown,
        "/8/Indicator",
        "no row",
    );
    finds(PLATFORM, "3_", ",,DE,", ",,de,", ScopeUnknown, "/Scope", "in capitals");
    finds(PLATFORM, "3_", ",,DE,", ",,UK,", ScopeUnknown, "/Scope", "“UK”");
    finds(PLATFORM, "3_", ",,DE,", ",,\"AT, […], SE\",", Placeholder, "/Scope", "one block each");
    finds(Tier::VeryLarge, "8_", ",de,", ",DE,", ScopeUnknown, "/Scope", "not a Member State");
    finds(Tier::VeryLarge, "8_", ",de,", ",[...],", Placeholder, "/Scope", "in full");
    finds(PLATFORM, "6_", "All,Rooms,", "All,Other Rooms,", ServiceDiffers, "/3/Service", "so in 97 rows");
    finds(PLATFORM, "7_", "\r\nAll,", "\r\nOnly for VLOPs,", LabelMismatch, "/2/Applicability", "“All”");
    finds(PLATFORM, "2_", "Category 6c,", "Category 6d,", LabelMismatch, "/Category label", "Category 6c");
    finds(PLATFORM, "2_", "Animal welfare", "Animals", LabelMismatch, "/Category description", "Animal welfare");
}

#[test]
fn words_that_are_missing_or_too_many_are_named() {
    finds(PLATFORM, "11_", "Purposes, told in words", &"x".repeat(5_001), Code::TooLong, "/Value", "5000 are the most");
    finds(
        PLATFORM,
        "8_",
        "head hate 3 at 0.90",
        "\u{7}",
        Code::ControlCharacter,
        "/Contextual Information",
        "no text holds",
    );
    let mut sources = sources(PLATFORM);
    let text = String::from_utf8(sources[10].bytes.clone()).unwrap();
    let from = text.find("\"Purposes").unwrap();
    let end = from + text[from..].find("lines.\"").unwrap() + 7;
    sources[10].bytes = format!("{}Free text{}", &text[..from], &text[end..]).into_bytes();
    expect(&sources, "11_", Code::Placeholder, "/6/Value", "Free text");
    sources[10].bytes = format!("{}{}", &text[..from], &text[end..]).into_bytes();
    expect(&sources, "11_", Code::BlankCell, "/6/Value", "must not be blank");
}

#[test]
fn rates_without_an_explanation_are_named() {
    let mut sources = sources(PLATFORM);
    let text = String::from_utf8(sources[7].bytes.clone()).unwrap();
    let note = text.split("\r\n").find(|line| line.contains("Precision,NAM Total")).unwrap();
    let bare = note.replace("Not measured: no labelled sample was drawn in the period.", "");
    sources[7].bytes = text.replace(note, &bare).into_bytes();
    expect(&sources, "8_", Code::RateUnexplained, "/Value", "2 were decided by machines alone");
    let note = text.split("\r\n").find(|line| line.contains("Precision,Own-initiative ")).unwrap();
    let bare = format!("{},0.9,", note.split(",0.9,").next().unwrap());
    sources[7].bytes = text.replace(note, &bare).into_bytes();
    expect(&sources, "8_", Code::RateUnexplained, "/Contextual Information", "no words that explain it");
}

#[test]
fn sheets_that_contradict_each_other_are_named() {
    use Code::SheetsDisagree;
    finds(PLATFORM, "8_", "Own-initiative ,20,", "Own-initiative ,40,", SheetsDisagree, "", "sheets 5 and 6 count 40");
    finds(PLATFORM, "8_", "NAM Total,40,", "NAM Total,90,", SheetsDisagree, "", "sheet 4 count 50");
    finds(
        PLATFORM,
        "8_",
        "NAM Trusted Flagger,4,",
        "NAM Trusted Flagger,6,",
        SheetsDisagree,
        "",
        "Trusted Flaggers' notices",
    );
}

#[test]
fn sheets_that_are_missing_or_there_twice_are_named() {
    for (index, source) in sources(Tier::VeryLarge).into_iter().enumerate() {
        let mut without = sources(Tier::VeryLarge);
        without.remove(index);
        let name = source.name.trim_end_matches(".csv");
        expect(&without, "", Code::SheetMissing, "", name);
        let copy = format!("copy/{}", source.name);
        let twice = [source.clone(), Source { name: copy.clone(), ..source }];
        expect(&twice, &copy, Code::SheetDuplicate, "", "too");
    }
}
