//! Which sheet a table is: by its name, which is free, and by its columns.

use super::{
    super::{
        rows::{COMPLAINTS, LINGUISTIC, SOLELY},
        sheet::Sheet,
    },
    csv::Record,
    header::{likeness, loose},
};

/// The sheet whose columns a table has most of; among sheets with the same columns the name decides, then the rows.
pub(super) fn sheet(name: &str, records: &[Record]) -> Option<Sheet> {
    let header = &records.first()?.fields;
    let named = by_name(name);
    // Columns in common, of the columns of both: sheet 1 has no column that sheet 10 does not have too.
    let titled = header.iter().filter(|title| !title.trim().is_empty()).count();
    let common = |sheet: Sheet| 2_000 * likeness(header, sheet) / (sheet.columns().len() + titled);
    let score = |sheet: Sheet| (common(sheet), Some(sheet) == named);
    let best = Sheet::ALL.into_iter().max_by_key(|sheet| (score(*sheet), std::cmp::Reverse(sheet.number())))?;
    let (share, is_named) = score(best);
    // A file by a sheet's name is that sheet, however badly it is done, unless its columns are another's.
    if share < 500 {
        return named;
    }
    if is_named || named.is_some_and(|named| score(named).0 >= share) {
        return named;
    }
    Some(by_rows(records).unwrap_or(best))
}

/// Is there a name in it that the Commission or filers use?
fn by_name(name: &str) -> Option<Sheet> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = loose(stem);
    // From the longest on, since "1" begins "10" and "11".
    let known = [
        (Sheet::Identification, ["reportidentification", "1summary"]),
        (Sheet::Categories, ["categoriesnames", "2categor"]),
        (Sheet::Orders, ["memberstate", "3memberstat"]),
        (Sheet::Notices, ["notices", "4notice"]),
        (Sheet::OwnIllegal, ["owninitiativeillegal", "5owninitiative"]),
        (Sheet::OwnTerms, ["owninitiativetc", "6owninitiative"]),
        (Sheet::Appeals, ["appealsandrecidivism", "7appeals"]),
        (Sheet::Automated, ["automatedmeans", "8automated"]),
        (Sheet::Staff, ["humanresources", "9human"]),
        (Sheet::Recipients, ["10amar", "amar"]),
        (Sheet::Qualitative, ["qualitative", "11qualitat"]),
    ];
    let found = |(_, names): &&(Sheet, [&str; 2])| names.iter().any(|name| stem.contains(name));
    known.iter().find(found).map(|(sheet, _)| *sheet)
}

/// Sheets 7 to 9 have the same columns: their rows tell them apart.
fn by_rows(records: &[Record]) -> Option<Sheet> {
    let says = |text: &str| records.iter().any(|row| row.fields.iter().any(|field| loose(field) == loose(text)));
    [(COMPLAINTS, Sheet::Appeals), (SOLELY, Sheet::Automated), (LINGUISTIC, Sheet::Staff)]
        .into_iter()
        .find(|(text, _)| says(text))
        .map(|(_, sheet)| sheet)
}
