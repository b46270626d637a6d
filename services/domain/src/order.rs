//! Orders of authorities: to act against content (Article 9), to give information (Article 10), to remove terrorist
//! content within the hour (Regulation (EU) 2021/784, Article 3).
//!
//! An order for information touches no content. The articles' words on whom to tell, and when, are known here in
//! substance: whoever carries out an order tells the authority what was done and when, and the user too, at the latest
//! with the effect, unless the authority asked for silence.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{Aims, Deadline, History, MemberState, Object, OrderId, Refusal, deadline::months_after, machine::states};

/// From the receipt of a removal order to its effect: Regulation (EU) 2021/784, Article 3(3).
pub const TERRORIST_CONTENT: TimeDelta = TimeDelta::hours(1);

/// Months for which removed terrorist content and its data are kept, and no less: Regulation (EU) 2021/784, Article 6.
pub const KEEP_MONTHS: u32 = 6;

crate::closed! {
    /// What an order asks for.
    Kind "kind of order" {
        /// To act against content: Article 9.
        Act = "act",
        /// To give information: Article 10.
        Inform = "inform",
        /// To remove terrorist content, or to block it in every Member State: Regulation (EU) 2021/784, Article 3.
        TerroristContent = "terrorist_content",
    }

    /// How far an order is.
    State "state of an order" {
        /// It came: its clock runs.
        Received = "received",
        /// The authority knows that it came.
        Acknowledged = "acknowledged",
        /// It was given effect.
        Effective = "effective",
        /// It cannot be carried out, and why.
        NotCarriedOut = "not_carried_out",
        /// Nothing more is owed.
        Closed = "closed",
    }

    /// What may be done with an order.
    Step "step of an order" {
        /// Tell the authority that it came.
        Acknowledge = "acknowledge",
        /// Give it effect.
        GiveEffect = "give_effect",
        /// Find that it cannot be carried out.
        Refuse = "refuse",
        /// Tell the authority what was done and when.
        TellAuthority = "tell_authority",
        /// Tell the user.
        TellUser = "tell_user",
        /// Close it.
        Close = "close",
    }

    /// Why an order cannot be carried out.
    RefusalReason "reason not to carry out an order" {
        /// It has a manifest error.
        ManifestError = "manifest_error",
        /// It does not hold what is needed to carry it out.
        InsufficientInformation = "insufficient_information",
        /// It cannot be done, for reasons not ours.
        Impossible = "impossible",
        /// What it names is not there, or not any more.
        NotFound = "not_found",
    }
}

states! {
    State Step "order" {
        Received + Acknowledge => Acknowledged,
        Received + GiveEffect => Effective,
        Received + Refuse => NotCarriedOut,
        Acknowledged + GiveEffect => Effective,
        Acknowledged + Refuse => NotCarriedOut,
        Effective + TellAuthority => Effective,
        Effective + TellUser => Effective,
        Effective + Close => Closed,
        NotCarriedOut + TellAuthority => NotCarriedOut,
        NotCarriedOut + GiveEffect => Effective,
        NotCarriedOut + Close => Closed,
    }
}

/// Why the user need not be told of an order with effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Untold {
    /// The user's contact details are not known.
    NoAddress,
    /// The authority asked for silence, and the case is handed over to whoever tells the user when it ends.
    HandedOver,
}

/// What an order says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Minted by the caller.
    pub order_id: OrderId,
    /// What it asks for.
    pub kind: Kind,
    /// The authority, as it names itself.
    pub authority: String,
    /// The Member State of the authority.
    pub member_state: MemberState,
    /// Its legal ground.
    pub legal_ground: String,
    /// Its reference number.
    pub reference: String,
    /// When it was delivered, to the second: its clock runs from here.
    pub received_at: DateTime<Utc>,
    /// The time that it sets itself, if it does.
    pub effect_by: Option<DateTime<Utc>>,
    /// Until when the authority asked for silence towards the user.
    pub silent_until: Option<DateTime<Utc>>,
}

/// What happens to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The authority was told that it came.
    Acknowledge,
    /// It was given effect.
    GiveEffect,
    /// It cannot be carried out.
    Refuse {
        /// Why.
        reason: RefusalReason,
        /// In words for the authority.
        explanation: String,
    },
    /// The authority was told what was done and when.
    TellAuthority,
    /// The user was told.
    TellUser,
    /// Nothing more is owed.
    Close {
        /// Why the user was not told, where that is so.
        untold: Option<Untold>,
    },
}

impl crate::Event for Event {
    type State = State;

    fn step(&self) -> Step {
        match self {
            Self::Acknowledge => Step::Acknowledge,
            Self::GiveEffect => Step::GiveEffect,
            Self::Refuse { .. } => Step::Refuse,
            Self::TellAuthority => Step::TellAuthority,
            Self::TellUser => Step::TellUser,
            Self::Close { .. } => Step::Close,
        }
    }
}

/// Why something cannot happen to an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// State or time do not allow it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// A refusal that does not say why.
    #[error("order {0} cannot be refused without an explanation for the authority")]
    NoExplanation(OrderId),
    /// The authority asked for silence.
    #[error("order {order_id}: the authority asked for silence towards the user until {until}")]
    Silence {
        /// The order.
        order_id: OrderId,
        /// Its end.
        until: DateTime<Utc>,
    },
    /// The authority does not know yet how it ended.
    #[error("order {0} cannot be closed before the authority was told what was done")]
    AuthorityOwed(OrderId),
    /// The user does not know yet.
    #[error("order {0} cannot be closed: the user was not told, and nothing says why not")]
    UserOwed(OrderId),
    /// A reason for silence that does not hold.
    #[error("order {0} cannot be handed over in silence: the authority asked for none, or it has ended")]
    NoSilence(OrderId),
}

/// An order with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    facts: Facts,
    history: History<Event>,
}

impl Order {
    /// An order that was delivered.
    pub fn receive(facts: Facts) -> Self {
        let history = History::begin(facts.received_at, State::Received);
        Self { facts, history }
    }

    /// What it says.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Until when it must have effect. A removal order's hour cannot be made longer by what the order says, only shorter.
    ///
    /// Articles 9 and 10 leave the time to the order; where it names none, the house's aim stands in.
    pub fn effect_deadline(&self, aims: &Aims) -> Deadline {
        let facts = &self.facts;
        match (facts.kind, facts.effect_by) {
            (Kind::TerroristContent, given) => {
                let hour = facts.received_at + TERRORIST_CONTENT;
                Deadline::law(given.map_or(hour, |given| given.min(hour)))
            }
            (Kind::Act | Kind::Inform, Some(given)) => Deadline::law(given),
            (Kind::Act | Kind::Inform, None) => Deadline::aim(facts.received_at + aims.order_effect),
        }
    }

    /// When it was given effect.
    pub fn effect_at(&self) -> Option<DateTime<Utc>> {
        self.when(|event| *event == Event::GiveEffect)
    }

    /// When the authority was told how it ended; for the last outcome only.
    pub fn authority_told_at(&self) -> Option<DateTime<Utc>> {
        self.when(|event| *event == Event::TellAuthority).filter(|_| self.is_told_after_outcome())
    }

    /// When the user was told.
    pub fn user_told_at(&self) -> Option<DateTime<Utc>> {
        self.when(|event| *event == Event::TellUser)
    }

    /// Until when the removed content must be kept, and no less; none but for terrorist content that was removed.
    pub fn keep_until(&self) -> Option<DateTime<Utc>> {
        let effect_at = self.effect_at()?;
        (self.facts.kind == Kind::TerroristContent).then(|| months_after(effect_at, KEEP_MONTHS))
    }

    fn when(&self, is_it: impl Fn(&Event) -> bool) -> Option<DateTime<Utc>> {
        self.history.last(|event| is_it(event).then_some(())).map(|(at, ())| at)
    }

    /// Two steps may share an instant, so that their order in the history decides, not their times.
    fn is_told_after_outcome(&self) -> bool {
        let events = self.history.entries().iter().rev().map(|(_, event)| event);
        events
            .take_while(|event| !matches!(event, Event::GiveEffect | Event::Refuse { .. }))
            .any(|event| *event == Event::TellAuthority)
    }

    fn check_close(&self, at: DateTime<Utc>, untold: Option<Untold>) -> Result<(), Error> {
        let order_id = self.facts.order_id;
        if !self.is_told_after_outcome() {
            return Err(Error::AuthorityOwed(order_id));
        }
        if self.history.state() == State::NotCarriedOut || self.user_told_at().is_some() {
            return Ok(());
        }
        let is_silent = self.facts.silent_until.is_some_and(|until| at < until);
        match untold {
            None => Err(Error::UserOwed(order_id)),
            Some(Untold::HandedOver) if !is_silent => Err(Error::NoSilence(order_id)),
            Some(Untold::HandedOver | Untold::NoAddress) => Ok(()),
        }
    }
}

impl Object for Order {
    type Event = Event;
    type Error = Error;

    fn history(&self) -> &History<Event> {
        &self.history
    }

    fn apply(&self, at: DateTime<Utc>, event: &Event) -> Result<Self, Error> {
        let history = self.history.after(at, event)?;
        let order_id = self.facts.order_id;
        match event {
            Event::Refuse { explanation, .. } if explanation.trim().is_empty() => {
                return Err(Error::NoExplanation(order_id));
            }
            Event::TellUser => {
                if let Some(until) = self.facts.silent_until.filter(|until| at < *until) {
                    return Err(Error::Silence { order_id, until });
                }
            }
            Event::Close { untold } => self.check_close(at, *untold)?,
            Event::Refuse { .. } | Event::Acknowledge | Event::GiveEffect | Event::TellAuthority => {}
        }
        Ok(Self { facts: self.facts.clone(), history })
    }
}

#[cfg(test)]
mod tests;
