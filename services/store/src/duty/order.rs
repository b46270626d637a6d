//! Orders of authorities (Articles 9 and 10; Regulation (EU) 2021/784) in the database.

use chrono::{DateTime, Utc};
use domain::{
    OrderId,
    order::{Event, Facts, Order},
};
use ledger::truncate_instant;
use newtype_uuid::GenericUuid;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    error::DutyError,
    kept::{Came, Kept, Loaded, Rows, step_queries},
};
use crate::{
    connect::Store,
    error::{Doing, Reading},
    rows::{storable, uuid},
};

impl Kept for Order {
    type Id = OrderId;
}

impl Rows for Order {
    step_queries!(
        "order.stepped",
        "queries/order_step/add.sql",
        "queries/order_step/of.sql",
        "queries/authority_order/page.sql"
    );

    async fn begin(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Loaded<Self>>, DutyError> {
        let rows = sqlx::query_file!("queries/authority_order/facts.sql", ids)
            .fetch_all(connection)
            .await
            .doing("read orders")?;
        let mut orders = Vec::with_capacity(rows.len());
        for row in rows {
            let facts = Facts {
                order_id: OrderId::from_untyped_uuid(row.id),
                kind: row.kind.parse().reading("kind of an order")?,
                authority: row.authority,
                member_state: row.member_state.parse().reading("Member State of an order")?,
                legal_ground: row.legal_ground,
                reference: row.reference,
                received_at: row.received_at,
                effect_by: row.effect_by,
                silent_until: row.silent_until,
            };
            orders.push(Loaded { id: row.id, room: None, object: Order::receive(facts) });
        }
        Ok(orders)
    }
}

impl Store {
    /// Keeps an order that was delivered.
    ///
    /// # Errors
    /// [`StoreError::Constraint`](crate::StoreError::Constraint) for an id that is taken.
    pub async fn receive_order(&self, facts: &Facts, now: DateTime<Utc>) -> Result<(), DutyError> {
        const DOING: &str = "keep an order";
        let id = uuid(facts.order_id);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        sqlx::query_file!(
            "queries/authority_order/add.sql",
            id,
            facts.kind.as_str(),
            storable(&facts.authority),
            facts.member_state.as_str(),
            storable(&facts.legal_ground),
            storable(&facts.reference),
            truncate_instant(facts.received_at),
            facts.effect_by.map(truncate_instant),
            facts.silent_until.map(truncate_instant),
        )
        .execute(&mut *transaction)
        .await
        .doing(DOING)?;
        let came = Came { action: "order.received", entity: "order", id, room: None };
        self.record_came(&mut transaction, came, facts, now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(())
    }

    /// Adds a step to an order.
    ///
    /// # Errors
    /// [`DutyError`] where the order does not allow it.
    pub async fn step_order(&self, id: OrderId, event: &Event, now: DateTime<Utc>) -> Result<Loaded<Order>, DutyError> {
        self.step(id, event, now).await
    }
}
