//! Sheets 7 to 10: outcomes to complaints, scopes to totals, rates to the decisions that they rate.

use super::{
    super::{
        super::{
            categories::TOTAL,
            rows::{self, LANGUAGES, MEMBER_STATES},
            sheet::{Kind, Sheet},
        },
        Code, Findings,
        header::Filed,
        indicators::{Entry, is_total, value_of},
        number::Value,
    },
    plain,
};

/// Names every pair of cells of a sheet that contradict each other.
pub(in super::super) fn check(filed: &Filed, entries: &[Entry<'_>], findings: &mut Findings) {
    let sheet = Rows { filed, entries };
    match filed.sheet {
        Sheet::Appeals => appeals(&sheet, findings),
        Sheet::Automated => automated(&sheet, findings),
        Sheet::Staff => staff(&sheet, findings),
        Sheet::Recipients => recipients(&sheet, findings),
        Sheet::Identification
        | Sheet::Categories
        | Sheet::Orders
        | Sheet::Notices
        | Sheet::OwnIllegal
        | Sheet::OwnTerms
        | Sheet::Qualitative => {}
    }
}

struct Rows<'a> {
    filed: &'a Filed,
    entries: &'a [Entry<'a>],
}

impl Rows<'_> {
    fn value(&self, name: &str, scope: &str) -> Value {
        value_of(self.entries, name, scope).unwrap_or(Value::Unclear)
    }

    fn number(&self, name: &str, scope: &str) -> Option<f64> {
        self.value(name, scope).or_nought()
    }

    fn fault(&self, name: &str, scope: &str, code: Code, message: impl Into<String>, findings: &mut Findings) {
        findings.fault(&self.filed.file, self.at(name, scope), code, message);
    }

    fn at(&self, name: &str, scope: &str) -> String {
        let fits = |entry: &&Entry<'_>| entry.indicator.name == name && entry.indicator.scope == scope;
        let entry = self.entries.iter().find(fits);
        entry.map_or_else(|| "/-".to_owned(), |entry| self.filed.at(entry.row, Kind::Value))
    }

    /// Rows that belong together: where one says something, a blank one is no nought.
    fn together(&self, cells: &[(&str, &str)], findings: &mut Findings) {
        let values = || cells.iter().map(|(name, scope)| self.value(name, scope));
        if !values().any(Value::is_number) {
            return;
        }
        for (name, scope) in cells.iter().filter(|(name, scope)| self.value(name, scope) == Value::Blank) {
            let message =
                format!("“{}”, {}, is blank (does not apply), but the rows beside it apply", name.trim(), scope.trim());
            self.fault(name, scope, Code::BlankCell, message, findings);
        }
    }

    fn part(&self, part: (&str, &str), whole: (&str, &str), findings: &mut Findings) {
        let (Some(small), Value::Number(large)) = (self.number(part.0, part.1), self.value(whole.0, whole.1)) else {
            return;
        };
        if small > large {
            let message = format!(
                "“{}”, {}, is {}: more than the {} of “{}”, {}",
                part.0.trim(),
                part.1.trim(),
                plain(small),
                plain(large),
                whole.0.trim(),
                whole.1.trim()
            );
            self.fault(part.0, part.1, Code::PartAboveWhole, message, findings);
        }
    }
}

const OUTCOMES: [&str; 3] = [rows::UPHELD, rows::PARTIALLY, rows::REVERSED];

fn appeals(sheet: &Rows<'_>, findings: &mut Findings) {
    let groups = [rows::ALL_COMPLAINTS, rows::ALL_DISPUTES].into_iter().chain(rows::COMPLAINT_KINDS);
    for name in groups {
        outcomes(sheet, name, findings);
    }
    let total = sheet.number(rows::ALL_COMPLAINTS, rows::TOTAL_NUMBER);
    let kinds = |count: usize| -> Option<f64> {
        rows::COMPLAINT_KINDS[..count].iter().map(|name| sheet.number(name, rows::TOTAL_NUMBER)).sum()
    };
    let any = rows::COMPLAINT_KINDS.iter().any(|name| sheet.value(name, rows::TOTAL_NUMBER).is_number());
    if let (Some(total), Some(five), Some(six)) = (total, kinds(5), kinds(6))
        && any
    {
        // Trusted Flaggers' may be counted within the fifth kind or beside it.
        if six < total {
            let message = format!("{} complaints, but those by kind sum to {}", plain(total), plain(six));
            sheet.fault(rows::ALL_COMPLAINTS, rows::TOTAL_NUMBER, Code::Sum, message, findings);
        } else if five > total {
            let message =
                format!("{} complaints; those by kind sum to {}: may some be of two kinds?", plain(total), plain(five));
            findings.remark(&sheet.filed.file, sheet.at(rows::ALL_COMPLAINTS, rows::TOTAL_NUMBER), Code::Sum, message);
        }
    }
    let implemented = (rows::ALL_DISPUTES, rows::IMPLEMENTED);
    let against = [rows::PARTIALLY, rows::REVERSED].map(|scope| sheet.number(rows::ALL_DISPUTES, scope));
    if sheet.value(implemented.0, implemented.1) == Value::Blank && against.iter().flatten().any(|count| *count > 0.0) {
        let message = "outcomes went against the provider, so a share of them was carried out";
        sheet.fault(implemented.0, implemented.1, Code::BlankCell, message, findings);
    }
}

fn outcomes(sheet: &Rows<'_>, name: &str, findings: &mut Findings) {
    let parts: Option<f64> = OUTCOMES.iter().map(|scope| sheet.number(name, scope)).sum();
    let omitted = if name == rows::ALL_COMPLAINTS || name == rows::ALL_DISPUTES {
        sheet.number(name, rows::OMITTED)
    } else {
        Some(0.0)
    };
    let mut group: Vec<(&str, &str)> = OUTCOMES.iter().map(|scope| (name, *scope)).collect();
    if name != rows::ALL_COMPLAINTS {
        group.push((name, rows::TOTAL_NUMBER));
    }
    sheet.together(&group, findings);
    let (Some(decided), Some(omitted)) = (parts, omitted) else { return };
    if let Value::Number(total) = sheet.value(name, rows::TOTAL_NUMBER)
        && decided + omitted > total
    {
        let message = format!("{} came in, but {} ended", plain(total), plain(decided + omitted));
        sheet.fault(name, rows::TOTAL_NUMBER, Code::PartAboveWhole, format!("“{}”: {message}", name.trim()), findings);
    }
    match sheet.value(name, rows::MEDIAN) {
        Value::Blank if decided > 0.0 => {
            let message = format!("“{}”: {} were decided, so there is a median", name.trim(), plain(decided));
            sheet.fault(name, rows::MEDIAN, Code::MedianMissing, message, findings);
        }
        median if median.is_positive() && decided <= 0.0 => {
            let message = format!("“{}”: a median of nothing", name.trim());
            sheet.fault(name, rows::MEDIAN, Code::CountOfNothing, message, findings);
        }
        Value::Blank | Value::Unclear | Value::Number(_) => {}
    }
}

fn automated(sheet: &Rows<'_>, findings: &mut Findings) {
    for name in [rows::SOLELY, rows::WITHOUT] {
        sheet.part((name, rows::OWN_INITIATIVE), (name, rows::TOTAL_NUMBER), findings);
        for language in LANGUAGES {
            sheet.part((name, language), (name, rows::TOTAL_NUMBER), findings);
        }
    }
    for name in [rows::NOTICES_SOLELY, rows::NOTICES_WITHOUT] {
        sheet.part((name, rows::NAM_TRUSTED), (name, rows::NAM_TOTAL), findings);
    }
    let measures = [rows::TOTAL_NUMBER, rows::OWN_INITIATIVE].into_iter().chain(LANGUAGES);
    for scope in measures {
        scope_of(sheet, [rows::SOLELY, rows::WITHOUT], scope, findings);
    }
    for scope in [rows::NAM_TOTAL, rows::NAM_TRUSTED] {
        scope_of(sheet, [rows::NOTICES_SOLELY, rows::NOTICES_WITHOUT], scope, findings);
    }
    for entry in sheet.entries.iter().filter(|entry| rows::RATES.contains(&entry.indicator.name)) {
        if entry.value.is_number() && entry.context.is_empty() && sheet.filed.column(Kind::Context).is_some() {
            let message =
                format!("“{}”, {}, has no words that explain it", entry.indicator.name, entry.indicator.scope.trim());
            let at = sheet.filed.at(entry.row, Kind::Context);
            findings.fault(&sheet.filed.file, at, Code::RateUnexplained, message);
        }
    }
}

/// Both counts apply or neither; where machines decided alone, each rate is there or its absence is explained.
fn scope_of(sheet: &Rows<'_>, [solely, without]: [&str; 2], scope: &str, findings: &mut Findings) {
    sheet.together(&[(solely, scope), (without, scope)], findings);
    let Value::Number(count) = sheet.value(solely, scope) else { return };
    for name in rows::RATES {
        let of_rate = |entry: &&Entry<'_>| entry.indicator.name == name && entry.indicator.scope == scope;
        let is_silent = |entry: &Entry<'_>| entry.value == Value::Blank && entry.context.is_empty();
        let mut rates = sheet.entries.iter().filter(of_rate).peekable();
        // That a row is missing is said elsewhere.
        if count > 0.0 && rates.peek().is_some() && rates.all(is_silent) {
            let message = format!(
                "{} were decided by machines alone, but “{name}”, {}, is blank and not explained",
                plain(count),
                scope.trim()
            );
            sheet.fault(name, scope, Code::RateUnexplained, message, findings);
        }
    }
}

fn staff(sheet: &Rows<'_>, findings: &mut Findings) {
    let total = (rows::LINGUISTIC, rows::TOTAL_NUMBER);
    for language in LANGUAGES {
        sheet.part((rows::LINGUISTIC, language), total, findings);
    }
    let mut cells: Vec<(&str, &str)> = [rows::INTERNAL, rows::EXTERNAL].map(|name| (name, rows::TOTAL_NUMBER)).into();
    cells.push(total);
    cells.extend(LANGUAGES.map(|language| (rows::LINGUISTIC, language)));
    sheet.together(&cells, findings);
    let people: Option<f64> = cells[..2].iter().map(|(name, scope)| sheet.number(name, scope)).sum();
    if let (Some(people), Value::Number(linguistic)) = (people, sheet.value(total.0, total.1))
        && linguistic > people
    {
        let message = format!("{} people understand a language, of {} people", plain(linguistic), plain(people));
        sheet.fault(total.0, total.1, Code::PartAboveWhole, message, findings);
    }
}

fn recipients(sheet: &Rows<'_>, findings: &mut Findings) {
    let cells: Vec<(&str, &str)> =
        std::iter::once(TOTAL).chain(MEMBER_STATES).map(|scope| (rows::RECIPIENTS, scope)).collect();
    sheet.together(&cells, findings);
    for state in &cells[1..] {
        sheet.part(*state, cells[0], findings);
    }
    let states: Option<f64> = cells[1..].iter().map(|(name, scope)| sheet.number(name, scope)).sum();
    let Some(total) = sheet.entries.iter().find(|entry| is_total(entry)) else { return };
    let (Some(states), Value::Number(all)) = (states, total.value) else { return };
    // Each average is rounded on its own; people who travel count in two States, nobody in none.
    let rounding = MEMBER_STATES.len() as f64;
    if states + rounding < all {
        let message = format!("{} in all, but the Member States sum to {}", plain(all), plain(states));
        sheet.fault(cells[0].0, TOTAL, Code::Sum, message, findings);
    } else if states > all + rounding {
        let message = format!("{} in all; the Member States sum to {}", plain(all), plain(states));
        findings.remark(&sheet.filed.file, sheet.at(cells[0].0, TOTAL), Code::Sum, message);
    }
}
