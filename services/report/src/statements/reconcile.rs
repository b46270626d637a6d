//! Decisions = statements = receipts = rows of the public dump: whatever does not agree is told.
//!
//! The dump is the Transparency Database's daily CSV, full or light, of all platforms; ours are its rows with a puid of
//! ours, and all others under the platform's name. Anybody can repeat this with the dump that they fetched themselves.

mod row;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
};

use domain::DecisionId;
use newtype_uuid::GenericUuid;
use report_formats::statement::Puid;
use serde::Serialize;
use store::{DutyError, Store, StoreError};

use super::build::statement;
use row::{Columns, Row};

/// Rows read at a time.
const PAGE: i64 = 500;
/// Rows of ours compared at a time.
const BATCH: usize = 500;

/// Something that does not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The kind: `decision_without_statement`, `puid_of_another`, `statement_without_receipt`, `receipt_without_row`,
    /// `row_without_receipt`, `row_without_statement`, `row_twice`, `uuid_differs`, `row_differs`.
    pub difference: &'static str,
    /// The decision, where it is known.
    pub decision: Option<DecisionId>,
    /// The puid, where there is one.
    pub puid: Option<String>,
    /// What does not agree, in words.
    pub message: String,
}

/// What was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// Decisions that owe a statement.
    pub decisions: u64,
    /// Statements on record.
    pub statements: u64,
    /// Receipts on record.
    pub receipts: u64,
    /// Rows of ours in the dumps.
    pub rows: u64,
    /// Receipts of days that no dump covers, which were compared with no row.
    pub receipts_of_other_days: u64,
    /// What does not agree.
    pub differences: u64,
}

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The cases of decisions.
    #[error(transparent)]
    Duty(#[from] DutyError),
    /// A dump that is no CSV.
    #[error("{name} is not a dump of the Transparency Database")]
    Csv {
        /// The dump's name.
        name: String,
        /// What the reader said.
        #[source]
        source: csv::Error,
    },
    /// A dump without a column that it must have.
    #[error("{name} has no column {column}: it is not a dump of the Transparency Database")]
    Column {
        /// The dump's name.
        name: String,
        /// The column.
        column: &'static str,
    },
}

/// A statement as the ledger has it.
struct Known {
    decision: DecisionId,
    state: String,
    receipt: Option<String>,
    day: Option<String>,
    rows: u32,
}

struct Reconciling<'a> {
    store: &'a Store,
    tell: &'a mut (dyn FnMut(Difference) + Send),
    known: BTreeMap<String, Known>,
    done: Reconciled,
}

/// Compares decisions, statements and receipts with each other and with the rows of `dumps`, each with a name for people.
/// `platform` is our name in the dump; without it, it is taken from the first row that is ours.
///
/// # Errors
/// [`ReconcileError`] where the database does not answer or a dump is none.
pub async fn reconcile(
    store: &Store,
    dumps: Vec<(String, Box<dyn Read + Send>)>,
    platform: Option<String>,
    tell: &mut (dyn FnMut(Difference) + Send),
) -> Result<Reconciled, ReconcileError> {
    let mut reconciling = Reconciling { store, tell, known: BTreeMap::new(), done: Reconciled::default() };
    reconciling.read_ledger().await?;
    reconciling.check_decisions().await?;
    let is_dumped = !dumps.is_empty();
    let (mut days, mut platform) = (BTreeSet::new(), platform);
    let mut strangers = Vec::new();
    for (name, dump) in dumps {
        reconciling.read_dump(&name, dump, &mut days, &mut platform, &mut strangers).await?;
    }
    reconciling.tell_strangers(strangers, platform.as_deref());
    reconciling.check_receipts(is_dumped, &days);
    Ok(reconciling.done)
}

impl Reconciling<'_> {
    fn tell(&mut self, difference: &'static str, decision: Option<DecisionId>, puid: Option<&str>, message: String) {
        self.done.differences += 1;
        (self.tell)(Difference { difference, decision, puid: puid.map(str::to_owned), message });
    }

    async fn read_ledger(&mut self) -> Result<(), ReconcileError> {
        let mut after = String::new();
        loop {
            let page = self.store.statements(&after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after.clone_from(&last.puid);
            for line in page {
                self.done.statements += 1;
                self.done.decisions += 1;
                self.done.receipts += u64::from(line.receipt.is_some());
                if Puid::of_decision(line.decision_id.into_untyped_uuid()).as_str() != line.puid {
                    let message = "the statement is kept under a puid that is not its decision's".to_owned();
                    self.tell("puid_of_another", Some(line.decision_id), Some(&line.puid), message);
                }
                let day = line.created_at.as_deref().and_then(|at| at.get(..10)).map(str::to_owned);
                let (decision, state, receipt) = (line.decision_id, line.state, line.receipt);
                self.known.insert(line.puid, Known { decision, state, receipt, day, rows: 0 });
            }
        }
    }

    /// Decisions that owe a statement and have none.
    async fn check_decisions(&mut self) -> Result<(), ReconcileError> {
        let mut after = None;
        loop {
            let page = self.store.decisions_without_statement(after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(*last);
            let cases: Vec<_> = page.iter().map(|(_, case)| *case).collect();
            let files = self.store.cases(&cases).await?;
            for (decision, case) in page {
                let Some(file) = files.iter().find(|file| file.case.id() == case) else { continue };
                let message = match statement(file, decision) {
                    Ok(None) => continue,
                    Ok(Some(_)) => "it owes a statement and has none: build it".to_owned(),
                    Err(unbuilt) => format!("it owes a statement that cannot be built: {}", unbuilt.message),
                };
                self.done.decisions += 1;
                self.tell("decision_without_statement", Some(decision), None, message);
            }
        }
    }

    async fn read_dump(
        &mut self,
        name: &str,
        dump: Box<dyn Read + Send>,
        days: &mut BTreeSet<String>,
        platform: &mut Option<String>,
        strangers: &mut Vec<(String, String)>,
    ) -> Result<(), ReconcileError> {
        let failed = |source| ReconcileError::Csv { name: name.to_owned(), source };
        let mut reader = csv::ReaderBuilder::new().from_reader(dump);
        let header = reader.headers().map_err(failed)?.clone();
        let columns =
            Columns::of(&header).map_err(|column| ReconcileError::Column { name: name.to_owned(), column })?;
        let mut ours = Vec::new();
        for record in reader.records() {
            let row = columns.row(record.map_err(failed)?);
            if let Some(day) = row.day().filter(|day| !days.contains(*day)) {
                days.insert(day.to_owned());
            }
            if self.known.contains_key(row.puid()) {
                platform.get_or_insert_with(|| row.platform().to_owned());
                ours.push(row);
            } else if platform.as_deref().map_or(row.puid().starts_with("ew-"), |ours| ours == row.platform()) {
                strangers.push((row.puid().to_owned(), row.platform().to_owned()));
            }
            if ours.len() == BATCH {
                self.compare(&columns, std::mem::take(&mut ours)).await?;
            }
        }
        self.compare(&columns, ours).await
    }

    async fn compare(&mut self, columns: &Columns, rows: Vec<Row>) -> Result<(), ReconcileError> {
        let puids: Vec<String> = rows.iter().map(|row| row.puid().to_owned()).collect();
        let bodies: BTreeMap<String, Vec<u8>> = self.store.statement_bodies(&puids).await?.into_iter().collect();
        for row in rows {
            let puid = row.puid().to_owned();
            let Some(known) = self.known.get_mut(&puid) else { continue };
            known.rows += 1;
            self.done.rows += 1;
            let (decision, is_repeated) = (Some(known.decision), known.rows > 1);
            let other_uuid = known.receipt.clone().filter(|uuid| uuid != row.uuid());
            if is_repeated {
                self.tell("row_twice", decision, Some(&puid), "the dump has more than one row of it".to_owned());
            }
            if let Some(uuid) = other_uuid {
                let message = format!("the receipt names {uuid}, the dump {}", row.uuid());
                self.tell("uuid_differs", decision, Some(&puid), message);
            }
            let faults = bodies.get(&puid).map(|body| columns.differences(&row, body)).unwrap_or_default();
            if !faults.is_empty() {
                let message = format!("the dump says otherwise in {}", faults.join(", "));
                self.tell("row_differs", decision, Some(&puid), message);
            }
        }
        Ok(())
    }

    fn tell_strangers(&mut self, strangers: Vec<(String, String)>, platform: Option<&str>) {
        for (puid, name) in strangers {
            if platform == Some(name.as_str()) {
                let message = "the dump has it under our name, and we have no such statement".to_owned();
                self.tell("row_without_statement", None, Some(&puid), message);
            }
        }
    }

    fn check_receipts(&mut self, is_dumped: bool, days: &BTreeSet<String>) {
        for (puid, known) in std::mem::take(&mut self.known) {
            let decision = Some(known.decision);
            let has_row = known.rows > 0;
            match (&known.receipt, has_row) {
                (Some(_), false) if is_dumped => {
                    if known.day.as_ref().is_some_and(|day| days.contains(day)) {
                        let message = "the dump covers the receipt's day and has no row of it".to_owned();
                        self.tell("receipt_without_row", decision, Some(&puid), message);
                    } else {
                        self.done.receipts_of_other_days += 1;
                    }
                }
                (Some(_), _) => {}
                (None, true) if known.state == "stored_without_receipt" => {}
                (None, true) => {
                    let message = format!("the dump has it, and for us it is {}", known.state);
                    self.tell("row_without_receipt", decision, Some(&puid), message);
                }
                (None, false) => {
                    let message = format!("it is {}", known.state);
                    self.tell("statement_without_receipt", decision, Some(&puid), message);
                }
            }
        }
    }
}
