//! Files byte by byte.

use super::{
    super::{Report, fixture::activity, rows::Tier},
    File, files,
};

fn platform() -> Vec<File> {
    files(&Report::of(&activity(Tier::Platform)).unwrap()).unwrap()
}

#[test]
fn the_same_activity_gives_the_same_bytes() {
    assert_eq!(platform(), platform());
}

#[test]
fn eleven_files_have_the_names_of_the_commission_s_sheets() {
    let names: Vec<String> = platform().into_iter().map(|file| file.name).collect();
    assert_eq!(names[0], "1_report_identification.csv");
    assert_eq!(names[5], "6_own_initiative_TC.csv");
    assert_eq!(names[10], "11_qualitative.csv");
    assert_eq!(names.len(), 11);
}

#[test]
fn sheet_1_is_written_to_the_letter() {
    let expected = "Applicability,Service,Indicator,Value\r\n\
        All,Rooms,Name of the service provider,\"Live Rooms, s.r.o.\"\r\n\
        All,Rooms,Date of the publication of the report,2027-02-28\r\n\
        All,Rooms,Date of the publication of the latest previous report,2026-02-28\r\n\
        All,Rooms,Starting date of reporting period,2026-01-01\r\n\
        All,Rooms,Ending date of reporting period,2026-12-31\r\n";
    assert_eq!(String::from_utf8(platform().remove(0).bytes).unwrap(), expected);
}

#[test]
fn headers_are_the_template_s_word_for_word_with_their_trailing_spaces() {
    let header = |number: usize| {
        let text = String::from_utf8(platform().remove(number - 1).bytes).unwrap();
        text.split_once("\r\n").unwrap().0.to_owned()
    };
    assert!(header(4).starts_with(
        "Applicability,Service,Reporting period,Category of illegal content,\"Description of the sub-category \"\"Other\"\"\",Number of notices received ,Number of notices received from Trusted flaggers,"
    ));
    assert!(header(3).contains(",Contextual information on number of orders to act against illegal content received,Contextual information on number of specific items of information"));
    assert!(header(3).contains(",Contextual information on Number of orders to provide information,"));
    assert!(header(6).contains(",Visibility restriction Labelled ,Visibility restriction Other,"));
    assert!(header(6).ends_with(",Contextual Information on Account restriction Termination"));
    assert_eq!(
        header(9),
        "Applicability,Service,Reporting period,Section,Indicator,Scope,Value,Contextual information"
    );
    assert_eq!(header(10), "Applicability,Service,Reporting period,Section,Indicator,Scope,Value");
}

#[test]
fn every_line_ends_in_crlf_and_no_file_has_a_byte_order_mark() {
    for file in platform() {
        let text = String::from_utf8(file.bytes).unwrap();
        assert!(text.ends_with("\r\n") && !text.starts_with('\u{feff}'));
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{}", file.name);
    }
}
