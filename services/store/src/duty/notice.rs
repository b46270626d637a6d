//! Notices (Articles 16 and 22) in the database.

use chrono::{DateTime, Utc};
use domain::{
    NoticeId, Object, States,
    case::Case,
    notice::{Contact, Event, Facts, Notice, Place, State, Step},
};
use ledger::truncate_instant;
use newtype_uuid::GenericUuid;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    case::CaseFile,
    error::{DutyError, twice},
    kept::{Came, Kept, Loaded, Rows, load_one, step_queries},
};
use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
    rows::{storable, uuid},
};

impl Kept for Notice {
    type Id = NoticeId;
}

impl Rows for Notice {
    step_queries!(
        "notice.stepped",
        "queries/notice_step/add.sql",
        "queries/notice_step/of.sql",
        "queries/notice/page.sql"
    );

    async fn begin(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Loaded<Self>>, DutyError> {
        const DOING: &str = "read notices";
        let places =
            sqlx::query_file!("queries/notice_place/of.sql", ids).fetch_all(&mut *connection).await.doing(DOING)?;
        let rows = sqlx::query_file!("queries/notice/facts.sql", ids).fetch_all(connection).await.doing(DOING)?;
        let mut notices = Vec::with_capacity(rows.len());
        for row in rows {
            let own = places.iter().filter(|place| place.notice_id == row.id);
            let own = own.map(|place| {
                let room = place.room_id.parse().reading("room of a notice")?;
                Ok(Place { room, from_at: place.from_at, until_at: place.until_at })
            });
            let facts = Facts {
                notice_id: NoticeId::from_untyped_uuid(row.id),
                received_at: row.received_at,
                contact: row.name.zip(row.address).map(|(name, address)| Contact { name, address }),
                is_exempt_from_identity: row.is_exempt_from_identity,
                trusted_flagger: row.trusted_flagger,
                organisation: row.organisation,
                places: own.collect::<Result<_, StoreError>>()?,
                claim: row.claim,
                category: row.category.as_deref().map(str::parse).transpose().reading("category of a notice")?,
                in_good_faith: row.in_good_faith,
            };
            notices.push(Loaded { id: row.id, room: None, object: Notice::receive(facts) });
        }
        Ok(notices)
    }
}

impl Store {
    /// Keeps a notice that came. Its sender's name and address stand in a row of their own.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] for an id that is taken or a place that ends before it begins.
    pub async fn receive_notice(&self, facts: &Facts, now: DateTime<Utc>) -> Result<(), DutyError> {
        const DOING: &str = "keep a notice";
        let id = uuid(facts.notice_id);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        sqlx::query_file!(
            "queries/notice/add.sql",
            id,
            truncate_instant(facts.received_at),
            facts.is_exempt_from_identity,
            facts.trusted_flagger.as_deref().map(storable),
            facts.organisation.as_deref().map(storable),
            storable(&facts.claim),
            facts.category.map(domain::StatementCategory::as_str),
            facts.in_good_faith,
        )
        .execute(&mut *transaction)
        .await
        .doing(DOING)?;
        if let Some(contact) = &facts.contact {
            let (name, address) = (storable(&contact.name), storable(&contact.address));
            sqlx::query_file!("queries/notice_contact/add.sql", id, name, address)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
        }
        for (ordinal, place) in (1_i32..).zip(&facts.places) {
            let (room, from_at) = (place.room.as_str(), truncate_instant(place.from_at));
            let until_at = place.until_at.map(truncate_instant);
            sqlx::query_file!("queries/notice_place/add.sql", id, ordinal, room, from_at, until_at)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
        }
        // The log tells nothing of the sender, not even as a hash: it must be possible to forget them.
        let told = Facts { contact: None, ..facts.clone() };
        let came = Came { action: "notice.received", entity: "notice", id, room: None };
        self.record_came(&mut transaction, came, &told, now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(())
    }

    /// Adds a step to a notice. That it was decided follows from its case: [`Store::decide_notice`].
    ///
    /// # Errors
    /// [`DutyError`] where the notice does not allow it.
    pub async fn step_notice(
        &self,
        id: NoticeId,
        event: &Event,
        now: DateTime<Utc>,
    ) -> Result<Loaded<Notice>, DutyError> {
        if matches!(event, Event::Decide { .. }) {
            let instead = "decide its case, and it follows";
            return Err(DutyError::NotByItself { object: State::OBJECT, step: Step::Decide.to_string(), instead });
        }
        self.step(id, event, now).await
    }

    /// Records on a notice what was decided on its case since it came: which decision, whether the content was acted on,
    /// and the part of machines, all from the case's record.
    ///
    /// # Errors
    /// [`DutyError::NoCase`], [`DutyError::Undecided`], [`DutyError::DecidedBefore`], or what the notice does not allow.
    pub async fn decide_notice(&self, id: NoticeId, now: DateTime<Utc>) -> Result<Loaded<Notice>, DutyError> {
        twice(State::OBJECT, uuid(id), async || {
            const DOING: &str = "decide a notice";
            let mut transaction = self.pool.begin().await.doing(DOING)?;
            let case_id = sqlx::query_file_scalar!("queries/case_notice/case_of.sql", uuid(id))
                .fetch_optional(&mut *transaction)
                .await
                .doing(DOING)?
                .ok_or(DutyError::NoCase(id))?;
            let file = CaseFile::read_one(&mut transaction, case_id).await?;
            let notice = load_one::<Notice>(&mut transaction, uuid(id)).await?;
            let event = outcome_of(&file, &notice.object)?;
            let after = self.append(&mut transaction, &notice, &event, now).await?;
            transaction.commit().await.doing(DOING)?;
            Ok(after)
        })
        .await
    }

    /// Records the decision on the notices of its case that wait for it. One whose sender has no receipt yet stays as it
    /// is, so that what must be done at once waits for no letter.
    pub(super) async fn decide_notices(
        &self,
        transaction: &mut PgConnection,
        file: &CaseFile,
        now: DateTime<Utc>,
    ) -> Result<(), DutyError> {
        let ids = sqlx::query_file_scalar!("queries/case_notice/of_case.sql", uuid(file.case.id()))
            .fetch_all(&mut *transaction)
            .await
            .doing("decide the notices of a case")?;
        for id in ids {
            let notice = load_one::<Notice>(transaction, id).await?;
            let is_ready = match notice.object.state() {
                State::Received => !notice.object.facts().has_address(),
                State::Acknowledged => true,
                State::Decided | State::Closed => false,
            };
            if is_ready {
                let event = outcome_of(file, &notice.object)?;
                self.append(transaction, &notice, &event, now).await?;
            }
        }
        Ok(())
    }
}

/// What the decision in effect on its case means for a notice.
fn outcome_of(file: &CaseFile, notice: &Notice) -> Result<Event, DutyError> {
    let case: &Case = &file.case;
    let decision = file.chain.as_ref().ok_or(DutyError::Undecided(case.id()))?.effective();
    let (decided_at, facts) = (decision.decided_at, notice.facts());
    if decided_at < facts.received_at {
        return Err(DutyError::DecidedBefore { notice_id: facts.notice_id, decided_at });
    }
    Ok(Event::Decide {
        decision_id: decision.decision_id,
        is_acted_on: decision.measure().is_some(),
        course: decision.course(&file.trail)?,
    })
}
