//! Complaints, disputes and suspensions of a period.

use domain::{
    complaint::{Outcome, Subject},
    suspension::Misuse,
};
use sqlx::PgConnection;

use super::{DOING, Frame, count, seconds};
use crate::error::{Doing, Reading, StoreError};

/// Articles 20, 21 and 23 in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appeals {
    /// Complaints by subject.
    pub complaints: Vec<(Subject, AppealCount)>,
    /// Disputes.
    pub disputes: Vec<AppealCount>,
    /// Outcomes of disputes against us, in whole or in part, that were carried out.
    pub implemented: u64,
    /// Suspensions imposed.
    pub suspensions: Vec<(Misuse, u64)>,
    /// New measures that a complaint led to.
    pub newly_imposed: u64,
}

/// Complaints or disputes that ended alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealCount {
    /// How; none where they run still.
    pub outcome: Option<Outcome>,
    /// How many.
    pub count: u64,
    /// From its coming to the news of the decision, for each that was decided.
    pub to_decide: Vec<u32>,
}

fn outcome(name: Option<&str>) -> Result<Option<Outcome>, StoreError> {
    name.map(|name| name.parse().reading("outcome of a complaint")).transpose()
}

pub(super) async fn appeals(connection: &mut PgConnection, frame: Frame) -> Result<Appeals, StoreError> {
    let Frame { log_size, as_of, from, until } = frame;
    let mut appeals = Appeals::default();
    let complaints = sqlx::query_file!("queries/activity/complaints.sql", log_size, from, until);
    for row in complaints.fetch_all(&mut *connection).await.doing(DOING)? {
        let subject = row.subject.parse().reading("subject of a complaint")?;
        let (outcome, count) = (outcome(row.outcome.as_deref())?, count(row.count)?);
        appeals.complaints.push((subject, AppealCount { outcome, count, to_decide: seconds(row.to_decide) }));
    }
    let disputes = sqlx::query_file!("queries/activity/disputes.sql", log_size, from, until);
    for row in disputes.fetch_all(&mut *connection).await.doing(DOING)? {
        let (outcome, all) = (outcome(row.outcome.as_deref())?, count(row.count)?);
        if matches!(outcome, Some(Outcome::Reversed | Outcome::PartiallyReversed)) {
            appeals.implemented += count(row.implemented)?;
        }
        appeals.disputes.push(AppealCount { outcome, count: all, to_decide: seconds(row.to_decide) });
    }
    let suspensions = sqlx::query_file!("queries/activity/suspensions.sql", log_size, from, until);
    for row in suspensions.fetch_all(&mut *connection).await.doing(DOING)? {
        appeals.suspensions.push((row.misuse.parse().reading("misuse")?, count(row.count)?));
    }
    let imposed = sqlx::query_file!("queries/activity/newly_imposed.sql", log_size, as_of, from, until);
    appeals.newly_imposed = count(imposed.fetch_one(connection).await.doing(DOING)?.count)?;
    Ok(appeals)
}
