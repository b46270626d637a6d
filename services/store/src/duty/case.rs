//! Cases: what belongs to each, who has it, what was seen and heard of it, and what was decided.

mod claim;
mod decide;
mod open;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    CaseId, Category, Chain, Encounter, FlagId, NoticeId, OrderId, RoomId, Severity, Source, Trail, Way,
    case::{Case, Claim},
};
use newtype_uuid::GenericUuid;
use sqlx::PgConnection;
use uuid::Uuid;

pub use decide::NewDecision;
pub use open::{NewCase, Place};

use super::{
    error::DutyError,
    kept::{Kept, Loaded, Rows, load, step_queries, what},
};
use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
    rows,
};

/// A case with all that was recorded on it.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// The case with its steps.
    pub case: Case,
    /// Its room.
    pub room: RoomId,
    /// Its flags.
    pub flags: Vec<FlagId>,
    /// Its notices.
    pub notices: Vec<NoticeId>,
    /// Its orders.
    pub orders: Vec<OrderId>,
    /// How it came to our knowledge, what was seen and heard, what machines did.
    pub trail: Trail,
    /// The decisions on it; none before the first.
    pub chain: Option<Chain>,
    /// The newest claim, whether it still holds or not.
    pub claim: Option<Claim>,
    /// Since when the service holds the content: the earliest wall time of a flag, of a place that a notice names, or of a
    /// stretch that staff came across.
    pub held_since: Option<DateTime<Utc>>,
    /// The language that its first flag was heard in, by the recogniser's code.
    pub language: Option<String>,
    /// The category of its gravest flag.
    pub category: Option<Category>,
}

/// What is recorded around the steps of a case.
#[derive(Default)]
struct Record {
    flags: Vec<FlagId>,
    notices: Vec<NoticeId>,
    orders: Vec<OrderId>,
    trail: Trail,
    claim: Option<Claim>,
    held_since: Option<DateTime<Utc>>,
    language: Option<String>,
    gravest: Option<(Severity, Category)>,
}

impl Kept for Case {
    type Id = CaseId;
}

impl Rows for Case {
    step_queries!(
        "case.stepped",
        "queries/case_step/add.sql",
        "queries/case_step/of.sql",
        "queries/review_case/page.sql"
    );

    async fn begin(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Loaded<Self>>, DutyError> {
        let rows =
            sqlx::query_file!("queries/review_case/facts.sql", ids).fetch_all(connection).await.doing("read cases")?;
        let mut cases = Vec::with_capacity(rows.len());
        for row in rows {
            let object = Case::open(CaseId::from_untyped_uuid(row.id), row.opened_at);
            cases.push(Loaded { id: row.id, room: Some(rows::room(&row.room_id)?), object });
        }
        Ok(cases)
    }
}

impl Store {
    /// A case with all that was recorded on it.
    ///
    /// # Errors
    /// [`DutyError::NotFound`], or what the database said.
    pub async fn case(&self, id: CaseId) -> Result<CaseFile, DutyError> {
        let mut snapshot = self.snapshot("read a case").await?;
        CaseFile::read_one(&mut snapshot, rows::uuid(id)).await
    }

    /// Those cases with all that was recorded on them, in order of their ids; one that there is not is left out.
    ///
    /// # Errors
    /// What the database said.
    pub async fn cases(&self, ids: &[CaseId]) -> Result<Vec<CaseFile>, DutyError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| rows::uuid(*id)).collect();
        let mut snapshot = self.snapshot("read cases").await?;
        CaseFile::read(&mut snapshot, &ids).await
    }

    /// The cases of a room in the order in which they were opened.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened.
    pub async fn cases_of_room(&self, room: &RoomId) -> Result<Vec<CaseFile>, DutyError> {
        const DOING: &str = "read the cases of a room";
        let mut snapshot = self.snapshot(DOING).await?;
        self.require_room(&mut snapshot, room).await?;
        let ids = sqlx::query_file_scalar!("queries/review_case/of_room.sql", room.as_str())
            .fetch_all(&mut *snapshot)
            .await
            .doing(DOING)?;
        let mut files = CaseFile::read(&mut snapshot, &ids).await?;
        let place: HashMap<Uuid, usize> = ids.iter().zip(0..).map(|(id, place)| (*id, place)).collect();
        files.sort_by_key(|file| place.get(&rows::uuid(file.case.id())).copied());
        Ok(files)
    }
}

impl CaseFile {
    /// Reads those cases, in order of their ids.
    pub(crate) async fn read(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, DutyError> {
        let cases = load::<Case>(connection, ids).await?;
        let mut chains = super::decision::chains(connection, ids).await?;
        let mut records: HashMap<Uuid, Record> = HashMap::new();
        read_ways(connection, ids, &mut records).await?;
        read_trail(connection, ids, &mut records).await?;
        let mut files = Vec::with_capacity(cases.len());
        for Loaded { id, room, object } in cases {
            let record = records.remove(&id).unwrap_or_default();
            files.push(Self {
                room: room.ok_or(DutyError::NotFound { what: "room of the case", id })?,
                case: object,
                flags: record.flags,
                notices: record.notices,
                orders: record.orders,
                trail: record.trail,
                chain: chains.remove(&id),
                claim: record.claim,
                held_since: record.held_since,
                language: record.language,
                category: record.gravest.map(|(_, category)| category),
            });
        }
        Ok(files)
    }

    /// Reads one case.
    pub(crate) async fn read_one(connection: &mut PgConnection, id: Uuid) -> Result<Self, DutyError> {
        Self::read(connection, &[id]).await?.pop().ok_or(DutyError::NotFound { what: what::<Case>(), id })
    }

    /// The case, as steps are added to it.
    pub(crate) fn loaded(&self) -> Loaded<Case> {
        Loaded { id: rows::uuid(self.case.id()), room: Some(self.room.clone()), object: self.case.clone() }
    }
}

async fn read_ways(
    connection: &mut PgConnection,
    ids: &[Uuid],
    records: &mut HashMap<Uuid, Record>,
) -> Result<(), StoreError> {
    let rows = sqlx::query_file!("queries/review_case/ways.sql", ids)
        .fetch_all(connection)
        .await
        .doing("read how cases came to our knowledge")?;
    for row in rows {
        let record = records.entry(row.case_id).or_default();
        let organisation = row.organisation;
        let way = match row.way.as_str() {
            "flag" => {
                record.flags.push(FlagId::from_untyped_uuid(row.item));
                record.language = record.language.take().or(row.language);
                let category: Option<Category> =
                    row.category.as_deref().map(str::parse).transpose().reading("category of a flag")?;
                let severity: Option<Severity> =
                    row.severity.as_deref().map(str::parse).transpose().reading("severity of a flag")?;
                record.gravest = record.gravest.max(severity.zip(category));
                Way::Flag
            }
            "staff" => Way::Staff,
            "notice" => {
                record.notices.push(NoticeId::from_untyped_uuid(row.item));
                Way::Told(Source::Notice { organisation })
            }
            "trusted_flagger" => {
                record.notices.push(NoticeId::from_untyped_uuid(row.item));
                Way::Told(Source::TrustedFlagger { organisation: organisation.unwrap_or_default() })
            }
            "order" => {
                record.orders.push(OrderId::from_untyped_uuid(row.item));
                Way::Told(Source::Order)
            }
            // An order for information touches no content, but it told us of some.
            _ => {
                record.orders.push(OrderId::from_untyped_uuid(row.item));
                Way::Told(Source::OtherNotification { organisation })
            }
        };
        record.trail.ways.push((row.known_at, way));
        record.held_since = record.held_since.into_iter().chain(row.held_since).min();
    }
    Ok(())
}

async fn read_trail(
    connection: &mut PgConnection,
    ids: &[Uuid],
    records: &mut HashMap<Uuid, Record>,
) -> Result<(), StoreError> {
    const DOING: &str = "read what was seen and heard of cases";
    for row in sqlx::query_file!("queries/encounter/of.sql", ids).fetch_all(&mut *connection).await.doing(DOING)? {
        let seen = Encounter {
            reviewer: row.reviewer.parse().reading("reviewer")?,
            seen: row.seen.parse().reading("thing that was seen or heard")?,
            at: row.happened_at,
        };
        records.entry(row.case_id).or_default().trail.encounters.push(seen);
    }
    let measures = sqlx::query_file!("queries/machine_measure/of.sql", ids).fetch_all(&mut *connection).await;
    for row in measures.doing(DOING)? {
        records.entry(row.case_id).or_default().trail.machine_measures.push(row.happened_at);
    }
    for row in sqlx::query_file!("queries/case_claim/of.sql", ids).fetch_all(connection).await.doing(DOING)? {
        let claim = Claim {
            reviewer: row.reviewer.parse().reading("reviewer")?,
            token: u64::try_from(row.token).reading("token of a claim")?,
            lease_until: row.lease_until,
        };
        records.entry(row.case_id).or_default().claim = Some(claim);
    }
    Ok(())
}
