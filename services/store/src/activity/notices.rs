//! Notices and orders of a period, and what became of them.

use sqlx::PgConnection;

use super::{DOING, Frame, Part, count, measures::part, seconds};
use crate::error::{Doing, StoreError};

/// What a decision calls the content, in the law's codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelCodes {
    /// The main category.
    pub category: String,
    /// Keywords, of further categories too.
    pub keywords: Vec<String>,
    /// What `KEYWORD_OTHER` stands for.
    pub words: Option<String>,
}

/// Notices that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeCount {
    /// What the sender says that it is about, if they say so.
    pub category: Option<String>,
    /// What the first measure on it calls the content; none where nothing was done.
    pub label: Option<LabelCodes>,
    /// Whether a trusted flagger sent them.
    pub is_trusted: bool,
    /// How many.
    pub notices: u64,
    /// Exact places that they name.
    pub items: u64,
    /// From receipt to effect, for each that was acted on.
    pub to_act: Vec<u32>,
    /// Measures on the ground of the law.
    pub law: u64,
    /// Measures on the ground of the terms.
    pub terms: u64,
}

/// Orders that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderCount {
    /// State of the authority, by ISO 3166-1.
    pub member_state: String,
    /// Whether they order to act, not to inform.
    pub acts: bool,
    /// What the first measure on their cases calls the content; none where nothing was done.
    pub label: Option<LabelCodes>,
    /// How many.
    pub orders: u64,
    /// Cases that they name.
    pub items: u64,
    /// From delivery to the news that it came, where that is out.
    pub informed: Vec<u32>,
    /// From delivery to effect, where it was given.
    pub effect: Vec<u32>,
}

fn label(category: Option<String>, keywords: Option<Vec<String>>, words: Option<String>) -> Option<LabelCodes> {
    category.map(|category| LabelCodes { category, keywords: keywords.unwrap_or_default(), words })
}

pub(super) async fn notices(connection: &mut PgConnection, frame: Frame) -> Result<Vec<NoticeCount>, StoreError> {
    let Frame { log_size, as_of, from, until } = frame;
    let rows = sqlx::query_file!("queries/activity/notices.sql", log_size, as_of, from, until);
    let mut notices = Vec::new();
    for row in rows.fetch_all(connection).await.doing(DOING)? {
        notices.push(NoticeCount {
            category: row.category,
            label: label(row.label, row.keywords, row.free_keyword),
            is_trusted: row.is_trusted,
            notices: count(row.notices)?,
            items: count(row.items)?,
            to_act: seconds(row.to_act),
            law: count(row.law)?,
            terms: count(row.terms)?,
        });
    }
    Ok(notices)
}

pub(super) async fn processed(
    connection: &mut PgConnection,
    frame: Frame,
) -> Result<Vec<(bool, Part, u64)>, StoreError> {
    let Frame { log_size, as_of, from, until } = frame;
    let rows = sqlx::query_file!("queries/activity/notices_processed.sql", log_size, as_of, from, until);
    let rows = rows.fetch_all(connection).await.doing(DOING)?;
    rows.into_iter().map(|row| Ok((row.is_trusted, part(&row.part), count(row.count)?))).collect()
}

pub(super) async fn orders(connection: &mut PgConnection, frame: Frame) -> Result<Vec<OrderCount>, StoreError> {
    let Frame { log_size, as_of, from, until } = frame;
    let rows = sqlx::query_file!("queries/activity/orders.sql", log_size, as_of, from, until);
    let mut orders = Vec::new();
    for row in rows.fetch_all(connection).await.doing(DOING)? {
        orders.push(OrderCount {
            member_state: row.member_state,
            acts: row.acts,
            label: label(row.label, row.keywords, row.free_keyword),
            orders: count(row.orders)?,
            items: count(row.items)?,
            informed: seconds(row.informed),
            effect: seconds(row.effect),
        });
    }
    Ok(orders)
}
