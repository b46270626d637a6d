//! Sheets 2 to 6: what is counted in sub-categories, summed up to categories and to the total.

use std::collections::BTreeMap;

use super::{
    super::{
        activity::{Activity, Leaf, Measures, Notices, Orders, Restriction, Side},
        categories::TOTAL,
        report::{Cell, Key, Row, Table},
        rows::{Line, MEMBER_STATES, Tier, lines},
        sheet::{Kind, Sheet},
    },
    BuildError, fits, known, median,
};

/// What an unused sub-category "Other" says of itself: its description may not be empty.
pub(super) const NO_OTHER: &str = "No other sub-category was used.";

/// Something that is counted in leaves and summed.
trait Tally: Clone + Default {
    fn add(&mut self, other: &Self);
}

impl Tally for Orders {
    fn add(&mut self, other: &Self) {
        self.act += other.act;
        self.items += other.items;
        self.act_informed.extend(&other.act_informed);
        self.act_effect.extend(&other.act_effect);
        self.inform += other.inform;
        self.inform_informed.extend(&other.inform_informed);
        self.inform_effect.extend(&other.inform_effect);
    }
}

impl Tally for Side {
    fn add(&mut self, other: &Self) {
        self.notices += other.notices;
        self.items += other.items;
        self.to_act.extend(&other.to_act);
        self.law += other.law;
        self.terms += other.terms;
    }
}

impl Tally for Notices {
    fn add(&mut self, other: &Self) {
        self.all.add(&other.all);
        self.trusted.add(&other.trusted);
    }
}

impl Tally for Measures {
    fn add(&mut self, other: &Self) {
        self.taken += other.taken;
        self.automated += other.automated;
        for (restriction, count) in &other.restrictions {
            *self.restrictions.entry(*restriction).or_default() += count;
        }
    }
}

/// Every row of a sheet with its sum; descriptions of "Other" in the order of the alphabet, each a row.
fn sums<T: Tally>(sheet: Sheet, leaves: &BTreeMap<Leaf, T>) -> Result<Vec<(Line, String, T)>, BuildError> {
    for leaf in leaves.keys() {
        fits(leaf, sheet)?;
    }
    let sum = |counts: &mut dyn FnMut(&Leaf) -> bool| {
        let mut sum = T::default();
        leaves.iter().filter(|(leaf, _)| counts(leaf)).for_each(|(_, tally)| sum.add(tally));
        sum
    };
    let mut found = Vec::new();
    for line in lines(sheet) {
        match line {
            Line::Total => found.push((line, String::new(), sum(&mut |_| true))),
            Line::Category(category) => {
                found.push((line, String::new(), sum(&mut |leaf| leaf.category() == category)));
            }
            Line::Keyword(category, keyword) => {
                let leaf = Leaf::Keyword(category, keyword);
                found.push((line, String::new(), leaves.get(&leaf).cloned().unwrap_or_default()));
            }
            Line::Other(category) => {
                let before = found.len();
                for (leaf, tally) in leaves {
                    if let Leaf::Other(of, description) = leaf
                        && *of == category
                    {
                        found.push((line, description.clone(), tally.clone()));
                    }
                }
                if found.len() == before {
                    found.push((line, NO_OTHER.to_owned(), T::default()));
                }
            }
        }
    }
    Ok(found)
}

fn row(line: Line, description: String, scope: &'static str, cells: Vec<Cell>) -> Row {
    let notes = vec![String::new(); cells.len()];
    Row { key: Key::Line { line, description, scope }, cells, notes }
}

/// As many blanks as the sheet has numbers: for a provider that the sheet is not for.
fn blanks(sheet: Sheet) -> Vec<Cell> {
    let numbers = sheet.columns().iter().filter(|column| matches!(column.kind, Kind::Count | Kind::Hours));
    numbers.map(|_| Cell::Blank).collect()
}

pub(super) fn categories(activity: &Activity) -> Result<Table, BuildError> {
    let lines = lines(Sheet::Categories);
    let codes: Vec<&str> = lines.iter().map(|line| line.code()).collect();
    known(activity.remarks.keys(), &codes)?;
    let row = |line: Line| {
        let remark = match line {
            // This code stands in many categories: nobody could tell which one a remark is on.
            Line::Other(_) => String::new(),
            Line::Total | Line::Category(_) | Line::Keyword(..) => {
                activity.remarks.get(line.code()).cloned().unwrap_or_default()
            }
        };
        let key = Key::Line { line, description: String::new(), scope: "" };
        Row { key, cells: Vec::new(), notes: vec![remark] }
    };
    Ok(Table { sheet: Sheet::Categories, rows: lines.into_iter().map(row).collect() })
}

pub(super) fn orders(activity: &Activity) -> Result<Table, BuildError> {
    known(activity.orders.keys().map(|(state, _)| state), &MEMBER_STATES)?;
    let mut blocks: BTreeMap<usize, BTreeMap<Leaf, Orders>> = BTreeMap::new();
    for ((state, leaf), orders) in &activity.orders {
        // The total comes first, then the Member States that sent an order, in the template's order.
        let place = MEMBER_STATES.iter().position(|known| known == state).map_or(0, |place| place + 1);
        for block in [0, place] {
            blocks.entry(block).or_default().entry(leaf.clone()).or_default().add(orders);
        }
    }
    blocks.entry(0).or_default();
    let mut rows = Vec::new();
    for (place, leaves) in &blocks {
        let scope = place.checked_sub(1).map_or(TOTAL, |index| MEMBER_STATES[index]);
        for (line, description, sum) in sums(Sheet::Orders, leaves)? {
            let notes = order_notes(&sum);
            let cells = vec![
                Cell::Count(sum.act),
                Cell::Count(sum.items),
                median(&sum.act_informed),
                median(&sum.act_effect),
                Cell::Count(sum.inform),
                median(&sum.inform_informed),
                median(&sum.inform_effect),
            ];
            rows.push(Row { notes, ..row(line, description, scope, cells) });
        }
    }
    Ok(Table { sheet: Sheet::Orders, rows })
}

/// Words on each median of orders that is of fewer orders than there are.
fn order_notes(sum: &Orders) -> Vec<String> {
    let waiting = |done: &[u32], all: u64, what: &str| match all.saturating_sub(done.len() as u64) {
        0 => String::new(),
        open => format!("{open} of {all} {what}; the median is of the others."),
    };
    vec![
        String::new(),
        String::new(),
        waiting(&sum.act_informed, sum.act, "were given no separate receipt"),
        waiting(&sum.act_effect, sum.act, "were not given effect"),
        String::new(),
        waiting(&sum.inform_informed, sum.inform, "were given no separate receipt"),
        waiting(&sum.inform_effect, sum.inform, "were not given effect"),
    ]
}

pub(super) fn notices(activity: &Activity) -> Result<Table, BuildError> {
    let sheet = Sheet::Notices;
    let tier = activity.provider.tier;
    let mut rows = Vec::new();
    for (line, description, sum) in sums(sheet, &activity.notices)? {
        if tier < Tier::Hosting {
            rows.push(row(line, description, "", blanks(sheet)));
            continue;
        }
        let pairs = [
            [Cell::Count(sum.all.notices), Cell::Count(sum.trusted.notices)],
            [Cell::Count(sum.all.items), Cell::Count(sum.trusted.items)],
            [median(&sum.all.to_act), median(&sum.trusted.to_act)],
            [Cell::Count(sum.all.law), Cell::Count(sum.trusted.law)],
            [Cell::Count(sum.all.terms), Cell::Count(sum.trusted.terms)],
        ];
        let mut cells = Vec::new();
        for [all, trusted] in pairs {
            // Trusted Flaggers (Article 22) are a matter of online platforms.
            cells.extend([all, if tier >= Tier::Platform { trusted } else { Cell::Blank }]);
        }
        rows.push(row(line, description, "", cells));
    }
    Ok(Table { sheet, rows })
}

const RESTRICTIONS: [Restriction; 14] = [
    Restriction::VisibilityRemoval,
    Restriction::VisibilityDisable,
    Restriction::VisibilityDemoted,
    Restriction::VisibilityAgeRestricted,
    Restriction::VisibilityInteractionRestricted,
    Restriction::VisibilityLabelled,
    Restriction::VisibilityOther,
    Restriction::MonetarySuspension,
    Restriction::MonetaryTermination,
    Restriction::MonetaryOther,
    Restriction::ServiceSuspension,
    Restriction::ServiceTermination,
    Restriction::AccountSuspension,
    Restriction::AccountTermination,
];

const fn is_monetary(restriction: Restriction) -> bool {
    use Restriction::{MonetaryOther, MonetarySuspension, MonetaryTermination};
    matches!(restriction, MonetarySuspension | MonetaryTermination | MonetaryOther)
}

pub(super) fn measures(activity: &Activity, sheet: Sheet) -> Result<Table, BuildError> {
    let leaves = if sheet == Sheet::OwnIllegal { &activity.illegal } else { &activity.terms };
    let mut rows = Vec::new();
    for (line, description, sum) in sums(sheet, leaves)? {
        let mut cells = vec![Cell::Count(sum.taken), Cell::Count(sum.automated)];
        cells.extend(RESTRICTIONS.map(|restriction| {
            if is_monetary(restriction) && !activity.provider.monetised {
                return Cell::Blank;
            }
            Cell::Count(sum.restrictions.get(&restriction).copied().unwrap_or(0))
        }));
        rows.push(row(line, description, "", cells));
    }
    Ok(Table { sheet, rows })
}
