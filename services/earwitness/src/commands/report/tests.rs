//! Paths to reports, and the answers that scripts rely on.

use std::{fs, path::PathBuf};

use super::{Answer, BadInput, check_paths, folder};

const SHEET_1: &str = "Applicability,Service,Indicator,Value\r\n\
    All,Rooms,Name of the service provider,Rooms Ltd\r\n\
    All,Rooms,Date of the publication of the report,2027-02-28\r\n\
    All,Rooms,Date of the publication of the latest previous report,\r\n\
    All,Rooms,Starting date of reporting period,2026-01-01\r\n\
    All,Rooms,Ending date of reporting period,2026-12-31\r\n";

#[test]
fn a_sheet_that_is_right_is_done_and_one_that_is_not_is_no() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("1_report_identification.csv");
    fs::write(&path, SHEET_1).unwrap();
    assert_eq!(check_paths(std::slice::from_ref(&path)).unwrap(), Answer::Done);
    fs::write(&path, SHEET_1.replace("2027-02-28", "28 Feb 2027")).unwrap();
    assert_eq!(check_paths(&[path]).unwrap(), Answer::No);
}

#[test]
fn a_folder_is_a_whole_report_so_that_one_sheet_of_it_is_not_enough() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("1_report_identification.csv"), SHEET_1).unwrap();
    assert_eq!(check_paths(&[place.path().to_owned()]).unwrap(), Answer::No);
}

#[test]
fn a_path_that_is_not_there_and_a_folder_without_sheets_are_bad_input() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("notes.txt"), "no sheet").unwrap();
    for path in [place.path().join("absent.csv"), place.path().to_owned()] {
        let error = check_paths(&[path]).unwrap_err();
        assert!(error.is::<BadInput>(), "{error:#}");
    }
}

#[test]
fn each_folder_archive_and_workbook_is_a_report_of_its_own() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir_all(place.path().join("one")).unwrap();
    for name in ["one/a.csv", "one/b.CSV", "c.zip", "d.xlsx", ".e.csv", "f.pdf"] {
        fs::write(place.path().join(name), "x").unwrap();
    }
    let reports: Vec<Vec<PathBuf>> = folder(place.path())
        .unwrap()
        .into_iter()
        .map(|sources| sources.into_iter().map(|source| source.name.into()).collect())
        .collect();
    let at = |name: &str| place.path().join(name);
    assert_eq!(reports, [vec![at("c.zip")], vec![at("d.xlsx")], vec![at("one/a.csv"), at("one/b.CSV")]]);
}
