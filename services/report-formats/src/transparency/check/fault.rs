//! What is wrong where.

use serde::Serialize;

/// One deviation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file as it was named; `archive.zip/member.csv` and `book.xlsx/sheet` inside others.
    pub file: String,
    /// Row and column by RFC 6901; see [`super`].
    pub pointer: String,
    /// The kind of deviation.
    pub code: Code,
    /// The deviation in words.
    pub message: String,
}

/// Kinds of deviations, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Larger than any such file has reason to be; it was not read, or not to its end.
    TooLarge,
    /// Not a zip archive, workbook or table that can be read.
    Unreadable,
    /// Not UTF-8.
    Encoding,
    /// Not separated by commas.
    Separator,
    /// Lines end in more than one way, or in carriage returns.
    LineEnd,
    /// A quote where RFC 4180 has none, or one that never closes.
    Quote,
    /// A character that no text holds.
    ControlCharacter,
    /// A row with more or fewer fields than the header.
    RaggedRow,
    /// A row with nothing in it.
    EmptyRow,
    /// Not a sheet of the template.
    SheetUnknown,
    /// A sheet of the template that is not there.
    SheetMissing,
    /// The same sheet twice.
    SheetDuplicate,
    /// A column of the template that is not there.
    ColumnMissing,
    /// A column that the template does not have.
    ColumnUnknown,
    /// The same column twice.
    ColumnDuplicate,
    /// Columns in another order.
    ColumnOrder,
    /// A column's title spelled otherwise.
    ColumnSpelling,
    /// A row of the template that is not there.
    RowMissing,
    /// A row that the template does not have.
    RowUnknown,
    /// The same row twice.
    RowDuplicate,
    /// Rows in another order.
    RowOrder,
    /// A code or label spelled otherwise.
    LabelSpelling,
    /// A label that does not belong to the row.
    LabelMismatch,
    /// A category on a sheet that has no such category.
    CategoryNotHere,
    /// A sub-category in another category's block.
    KeywordMisplaced,
    /// A sub-category "Other" with counts and no description, or with that of another row.
    OtherDescription,
    /// A Member State or language that does not exist, or is written otherwise.
    ScopeUnknown,
    /// Text of the template that was to be replaced.
    Placeholder,
    /// A cell that must not be blank.
    BlankCell,
    /// `n/a`, `-` and the like, where blank or 0 is meant.
    NotApplicableText,
    /// No number.
    NotANumber,
    /// A number below nought.
    Negative,
    /// A fraction, or a whole number written with decimals, where whole numbers are counted.
    NotAnInteger,
    /// A comma for decimals.
    DecimalComma,
    /// Marks between thousands.
    ThousandsSeparator,
    /// A percentage, where a share from 0 to 1 is asked for.
    Percent,
    /// A number with its unit.
    UnitText,
    /// Two numbers, or a bound, instead of one.
    NumberRange,
    /// A number in another notation.
    NumberFormat,
    /// Beyond what the value can be.
    OutOfRange,
    /// Not `YYYY-MM-DD`.
    DateFormat,
    /// Not `YYYY-MM-DD/YYYY-MM-DD`.
    PeriodFormat,
    /// Dates that contradict each other.
    DateOrder,
    /// Not a calendar year or a half of one.
    PeriodBounds,
    /// Not the period of sheet 1.
    PeriodDiffers,
    /// Published more than two months after the period.
    PublishedLate,
    /// Not the service of the other rows.
    ServiceDiffers,
    /// Too many characters.
    TooLong,
    /// Parts do not sum to their whole.
    Sum,
    /// A part is larger than its whole.
    PartAboveWhole,
    /// Something is counted of nothing.
    CountOfNothing,
    /// Something was counted, and its median is blank.
    MedianMissing,
    /// A rate without the words that explain it, or no rate where a machine decided.
    RateUnexplained,
    /// Two sheets contradict each other.
    SheetsDisagree,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Contradictions to the regulation or within the report.
    pub faults: Vec<Fault>,
    /// What deserves a look.
    pub remarks: Vec<Fault>,
    /// Sheets that were read.
    pub sheets: usize,
    /// Findings beyond the first 20 000 of a kind, which are not listed.
    pub unlisted: usize,
}

/// Most findings of one kind that are listed; more help nobody.
pub(super) const MAX_FINDINGS: usize = 20_000;

impl Findings {
    pub(super) fn fault(&mut self, file: &str, pointer: String, code: Code, message: impl Into<String>) {
        let fault = Fault { file: file.to_owned(), pointer, code, message: message.into() };
        if self.faults.len() < MAX_FINDINGS { self.faults.push(fault) } else { self.unlisted += 1 }
    }

    pub(super) fn remark(&mut self, file: &str, pointer: String, code: Code, message: impl Into<String>) {
        let remark = Fault { file: file.to_owned(), pointer, code, message: message.into() };
        if self.remarks.len() < MAX_FINDINGS { self.remarks.push(remark) } else { self.unlisted += 1 }
    }
}

/// `/ROW/COLUMN`, with `~` and `/` in the title escaped (RFC 6901, section 3).
pub(super) fn cell(row: usize, column: &str) -> String {
    format!("/{row}/{}", column.trim().replace('~', "~0").replace('/', "~1"))
}

/// `/ROW`
pub(super) fn row(row: usize) -> String {
    format!("/{row}")
}

/// Longest text that a message repeats, in characters: the template's longest label fits.
const LONGEST: usize = 160;

/// A text as it is told in a message: short, and on one line.
pub(super) fn told(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(LONGEST + 1).collect();
    let cut = plain.char_indices().nth(LONGEST).map(|(at, _)| at);
    cut.map_or_else(|| format!("“{plain}”"), |at| format!("“{}…”", &plain[..at]))
}
