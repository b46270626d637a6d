//! The same report in other shapes: what a reader can understand is checked as if it were written right.

use super::{
    super::super::rows::Tier, Code, Completeness, Findings, Source, check, hostile::zipped, sound, sources, whole,
};

fn reshaped(reshape: impl Fn(String) -> Vec<u8>) -> Findings {
    let mut sources = sources(Tier::Platform);
    for source in &mut sources {
        source.bytes = reshape(String::from_utf8(source.bytes.clone()).unwrap());
    }
    whole(&sources)
}

/// Every file has one fault, and of this kind.
#[track_caller]
fn only(findings: &Findings, code: Code) {
    let codes: Vec<Code> = findings.faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, [code; 11], "{:#?}", findings.faults);
}

#[test]
fn line_feeds_and_a_byte_order_mark_are_remarked_on_and_no_faults() {
    let findings = reshaped(|text| text.replace("\r\n", "\n").into_bytes());
    sound(&findings);
    assert!(findings.remarks.iter().all(|remark| remark.code == Code::LineEnd) && findings.remarks.len() == 11);
    let findings = reshaped(|text| format!("\u{feff}{text}").into_bytes());
    sound(&findings);
    assert!(findings.remarks.iter().all(|remark| remark.code == Code::Encoding) && findings.remarks.len() == 11);
}

#[test]
fn utf_16_with_and_without_a_mark_is_named_and_read() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    only(&reshaped(|text| wide(&format!("\u{feff}{text}"))), Code::Encoding);
    only(&reshaped(|text| wide(&text)), Code::Encoding);
    only(
        &reshaped(|text| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect()),
        Code::Encoding,
    );
}

#[test]
fn windows_1252_is_named_and_read() {
    let mut sources = sources(Tier::Platform);
    let text = String::from_utf8(sources[1].bytes.clone()).unwrap();
    sources[1].bytes = text.replace('’', "\u{1}").bytes().map(|byte| if byte == 1 { 0x92 } else { byte }).collect();
    let findings = whole(&sources);
    let codes: Vec<Code> = findings.faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, [Code::Encoding], "{:#?}", findings.faults);
}

#[test]
fn semicolons_are_named_and_read() {
    let semicolons = |text: String| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let mut writer =
            csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        reader.records().for_each(|record| writer.write_record(&record.unwrap()).unwrap());
        writer.into_inner().unwrap()
    };
    only(&reshaped(semicolons), Code::Separator);
}

#[test]
fn a_row_with_a_field_too_few_or_too_many_is_named() {
    let mut sources = sources(Tier::Platform);
    let text = String::from_utf8(sources[4].bytes.clone()).unwrap();
    let mut lines: Vec<String> = text.split("\r\n").map(str::to_owned).collect();
    lines[3].push_str(",,");
    lines[4].pop();
    lines.push(",,,".to_owned());
    sources[4].bytes = lines.join("\r\n").into_bytes();
    let findings = whole(&sources);
    let found: Vec<(Code, &str)> = findings.faults.iter().map(|fault| (fault.code, fault.pointer.as_str())).collect();
    assert!(found.contains(&(Code::RaggedRow, "/4")) && found.contains(&(Code::RaggedRow, "/5")), "{found:?}");
    assert!(found.iter().any(|(code, _)| *code == Code::EmptyRow));
}

#[test]
fn mixed_line_ends_and_stray_quotes_are_named() {
    let mut sources = sources(Tier::Platform);
    let text = String::from_utf8(sources[6].bytes.clone()).unwrap();
    sources[6].bytes = text.replacen("\r\n", "\n", 3).replacen("Rooms", "Ro\"oms", 1).into_bytes();
    let findings = whole(&sources);
    let has = |code: Code| findings.faults.iter().any(|fault| fault.code == code);
    assert!(has(Code::LineEnd) && has(Code::Quote));
}

#[test]
fn an_archive_is_a_whole_report_and_its_members_are_named() {
    let sources = sources(Tier::Platform);
    let members: Vec<(String, &[u8])> =
        sources.iter().map(|source| (format!("filed/{}", source.name), source.bytes.as_slice())).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let archive = |members: &[(&str, &[u8])]| Source { name: "r.zip".to_owned(), bytes: zipped(members) };
    sound(&check(&[archive(&members)], Completeness::Whole));
    let findings = check(&[archive(&members[1..])], Completeness::Whole);
    assert_eq!(findings.faults.len(), 1);
    assert_eq!((findings.faults[0].code, findings.faults[0].file.as_str()), (Code::SheetMissing, "r.zip/filed"));
}

#[test]
fn files_go_by_the_names_that_the_commission_and_filers_give_them() {
    let mut sources = sources(Tier::VeryLarge);
    let names = [
        "4_EN_Annex_I__Templates_for_Transparency_Reports_CSV_Part_1_summary.csv",
        "02_categories_names.csv",
        "3_member_states_order.csv",
        "notices.csv",
        "sheet five.csv",
        "6_own_initiative_TC_version2.csv",
        "7_appeals_and_recidivism.csv",
        "08_automated_means.csv",
        "9_human resources.csv",
        "whatever.csv",
        "11_qualitative.csv",
    ];
    for (source, name) in sources.iter_mut().zip(names) {
        source.name = name.to_owned();
    }
    let findings = whole(&sources);
    sound(&findings);
    assert_eq!(findings.sheets, 11);
}

#[test]
fn greece_goes_by_either_name() {
    let mut sources = sources(Tier::VeryLarge);
    let text = String::from_utf8(sources[9].bytes.clone()).unwrap();
    sources[9].bytes = text.replace(",EL,", ",GR,").into_bytes();
    sound(&whole(&sources));
}
