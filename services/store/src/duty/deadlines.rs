//! What is due, over all objects that have not come to their end.

use domain::{
    Aims, Deadline, Object, RoomId,
    complaint::{self, Complaint},
    dispute::{self, Dispute},
    escalation::{self, Escalation},
    notice::{self, Notice},
    order::{self, Order},
    suspension::Suspension,
};
use uuid::Uuid;

use super::{
    error::DutyError,
    kept::{Kept, Loaded, what},
};
use crate::connect::Store;

/// Objects read at a time.
const PAGE: i64 = 500;

/// Something that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Until when, and who set it.
    pub deadline: Deadline,
    /// What it is due on: `notice`.
    pub object: &'static str,
    /// Its id.
    pub id: Uuid,
    /// The room that it is about, where it is about one.
    pub room: Option<RoomId>,
    /// What must be done.
    pub duty: &'static str,
    /// Where the law asks for it.
    pub article: &'static str,
}

/// What must be done, where the law asks for it, until when.
type Duty = (&'static str, &'static str, Option<Deadline>);

impl Store {
    /// All that is due, the soonest first.
    ///
    /// # Errors
    /// What the database said.
    pub async fn deadlines(&self, aims: &Aims) -> Result<Vec<Due>, DutyError> {
        let mut due = Vec::new();
        self.collect::<Notice>(&mut due, |notice| of_notice(notice, aims)).await?;
        self.collect::<Order>(&mut due, |order| of_order(order, aims)).await?;
        self.collect::<Complaint>(&mut due, |complaint| of_complaint(complaint, aims)).await?;
        self.collect::<Dispute>(&mut due, |dispute| of_dispute(dispute, aims)).await?;
        self.collect::<Escalation>(&mut due, |escalation| of_escalation(escalation, aims)).await?;
        self.collect::<Suspension>(&mut due, of_suspension).await?;
        due.sort_by_key(|due| (due.deadline.due_at, due.id, due.duty));
        Ok(due)
    }

    async fn collect<O: Kept>(&self, due: &mut Vec<Due>, duties: impl Fn(&O) -> Vec<Duty>) -> Result<(), DutyError> {
        let mut after = None;
        loop {
            let page = self.objects::<O>(after, false, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            for Loaded { id, room, object } in &page {
                let found = duties(object).into_iter().filter_map(|(duty, article, deadline)| {
                    let (object, room) = (what::<O>(), room.clone());
                    Some(Due { deadline: deadline?, object, id: *id, room, duty, article })
                });
                due.extend(found);
            }
        }
    }
}

fn of_notice(notice: &Notice, aims: &Aims) -> Vec<Duty> {
    let article = if notice.facts().trusted_flagger.is_some() { "Article 22(1)" } else { "Article 16(6)" };
    let decide = ("decide", article, Some(notice.decision_deadline(aims)));
    match notice.state() {
        notice::State::Received => vec![("acknowledge", "Article 16(4)", notice.receipt_deadline(aims)), decide],
        notice::State::Acknowledged => vec![decide],
        notice::State::Decided | notice::State::Closed => Vec::new(),
    }
}

fn of_order(order: &Order, aims: &Aims) -> Vec<Duty> {
    let article = match order.facts().kind {
        order::Kind::Act => "Article 9",
        order::Kind::Inform => "Article 10",
        order::Kind::TerroristContent => "Regulation (EU) 2021/784, Article 3(3)",
    };
    match order.state() {
        order::State::Received | order::State::Acknowledged => {
            vec![("give effect", article, Some(order.effect_deadline(aims)))]
        }
        order::State::Effective | order::State::NotCarriedOut | order::State::Closed => Vec::new(),
    }
}

fn of_complaint(complaint: &Complaint, aims: &Aims) -> Vec<Duty> {
    match complaint.state() {
        complaint::State::Lodged | complaint::State::Assigned => {
            vec![("decide", "Article 20(4)", Some(complaint.deadline(aims)))]
        }
        complaint::State::Decided | complaint::State::Closed | complaint::State::Withdrawn => Vec::new(),
    }
}

fn of_dispute(dispute: &Dispute, aims: &Aims) -> Vec<Duty> {
    match dispute.state() {
        dispute::State::Brought | dispute::State::Engaged | dispute::State::Declined => {
            vec![("the body decides", "Article 21(4)", Some(dispute.body_deadline()))]
        }
        dispute::State::Decided => vec![("carry out or say why not", "Article 21(2)", dispute.effect_deadline(aims))],
        dispute::State::Implemented | dispute::State::NotImplemented | dispute::State::Omitted => Vec::new(),
    }
}

fn of_escalation(escalation: &Escalation, aims: &Aims) -> Vec<Duty> {
    let article = match escalation.facts().duty {
        escalation::Duty::ThreatToLife => "Article 18(1)",
        escalation::Duty::TerroristContent => "Regulation (EU) 2021/784, Article 14(5)",
    };
    let deadline = Some(escalation.deadline(aims));
    match escalation.state() {
        escalation::State::Suspected => vec![("confirm or dismiss", article, deadline)],
        escalation::State::Confirmed => vec![("tell an authority", article, deadline)],
        escalation::State::Sent if !escalation.untold().is_empty() => {
            vec![("tell the other States concerned", article, deadline)]
        }
        escalation::State::Sent | escalation::State::Dismissed | escalation::State::Closed => Vec::new(),
    }
}

fn of_suspension(suspension: &Suspension) -> Vec<Duty> {
    vec![("end it", "Article 23(1)", suspension.until().map(Deadline::aim))]
}
