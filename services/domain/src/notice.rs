//! Notices (Article 16): anyone tells us of content; we say that it came, decide, and say what we decided.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Aims, AutomatedDecision, Course, Deadline, DecisionId, History, NoticeId, Object, Refusal, RoomId, Source,
    StatementCategory, machine::states,
};

crate::closed! {
    /// How far a notice is.
    State "state of a notice" {
        /// It came.
        Received = "received",
        /// Its sender knows that it came.
        Acknowledged = "acknowledged",
        /// The case that it belongs to is decided.
        Decided = "decided",
        /// Nothing more is owed.
        Closed = "closed",
    }

    /// What may be done with a notice.
    Step "step of a notice" {
        /// Confirm its receipt (Article 16(4)).
        Acknowledge = "acknowledge",
        /// Decide (Article 16(6)).
        Decide = "decide",
        /// Tell its sender the decision, the redress and the part of machines (Article 16(5) and (6)).
        Tell = "tell",
        /// Close it where there is nobody to tell.
        Close = "close",
    }

    /// What a notice lacks of Article 16(2).
    Gap "gap of a notice" {
        /// Why the content is held illegal: (a).
        Why = "why",
        /// Where the content is: (b).
        Where = "where",
        /// Who sends it, name and electronic address: (c).
        Who = "who",
        /// That it is sent in good faith: (d).
        GoodFaith = "good_faith",
    }
}

states! {
    State Step "notice" {
        Received + Acknowledge => Acknowledged,
        Received + Decide => Decided,
        Acknowledged + Decide => Decided,
        Decided + Tell => Closed,
        Decided + Close => Closed,
    }
}

/// Who sent a notice. Personal data: kept apart from the record, and erased with its purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Electronic address.
    pub address: String,
}

/// Where the content is: a stretch of a room, as the sender knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The room.
    pub room: RoomId,
    /// From when.
    pub from_at: DateTime<Utc>,
    /// Until when, if the sender says.
    pub until_at: Option<DateTime<Utc>>,
}

/// What a notice says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Minted by the caller.
    pub notice_id: NoticeId,
    /// When it came: the clocks run from here.
    pub received_at: DateTime<Utc>,
    /// Who sent it; none where the sender gave no address.
    pub contact: Option<Contact>,
    /// Whether the sender need not be named: content that may be a sexual offence against children, Articles 3 to 7 of
    /// Directive 2011/93/EU (Article 16(2)(c)).
    pub is_exempt_from_identity: bool,
    /// The trusted flagger that sent it (Article 22), if one did and its status was valid then.
    pub trusted_flagger: Option<String>,
    /// The organisation that sent it, if one did.
    pub organisation: Option<String>,
    /// Each exact place; every one is an item in the counts.
    pub places: Vec<Place>,
    /// Why the content is held illegal.
    pub claim: String,
    /// What it is about; none where the sender does not say.
    pub category: Option<StatementCategory>,
    /// Whether the sender says that it is complete and true as far as they know.
    pub in_good_faith: bool,
}

impl Facts {
    /// What it lacks of Article 16(2). A notice with gaps is handled all the same.
    pub fn gaps(&self) -> Vec<Gap> {
        let said = |text: &str| !text.trim().is_empty();
        let is_named = self.contact.as_ref().is_some_and(|who| said(&who.name) && said(&who.address));
        let has = |gap: &Gap| match gap {
            Gap::Why => said(&self.claim),
            Gap::Where => !self.places.is_empty(),
            Gap::Who => is_named || self.is_exempt_from_identity,
            Gap::GoodFaith => self.in_good_faith,
        };
        Gap::ALL.iter().copied().filter(|gap| !has(gap)).collect()
    }

    /// Whether there is somebody to tell.
    pub fn has_address(&self) -> bool {
        self.contact.as_ref().is_some_and(|contact| !contact.address.trim().is_empty())
    }

    /// What it is as a source of decisions.
    pub fn source(&self) -> Source {
        match &self.trusted_flagger {
            Some(organisation) => Source::TrustedFlagger { organisation: organisation.clone() },
            None => Source::Notice { organisation: self.organisation.clone() },
        }
    }
}

/// What happens to a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The receipt went out.
    Acknowledge,
    /// The case was decided.
    Decide {
        /// By which decision.
        decision_id: DecisionId,
        /// Whether the content was acted on.
        is_acted_on: bool,
        /// How the decision came about, from the case's record.
        course: Course,
    },
    /// The outcome went out, with redress and the part of machines.
    Tell,
    /// There is nobody to tell.
    Close,
}

impl crate::Event for Event {
    type State = State;

    fn step(&self) -> Step {
        match self {
            Self::Acknowledge => Step::Acknowledge,
            Self::Decide { .. } => Step::Decide,
            Self::Tell => Step::Tell,
            Self::Close => Step::Close,
        }
    }
}

/// Why something cannot happen to a notice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// State or time do not allow it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The sender has an address and no receipt yet.
    #[error("notice {0} has a sender with an address: confirm the receipt before deciding (Article 16(4))")]
    ReceiptOwed(NoticeId),
    /// The sender has an address, so the outcome must be told.
    #[error("notice {0} has a sender with an address: tell the decision (Article 16(5))")]
    OutcomeOwed(NoticeId),
    /// Nobody can be told.
    #[error("notice {0} came without an address, so nobody can be told")]
    NobodyToTell(NoticeId),
}

/// A notice with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    facts: Facts,
    history: History<Event>,
}

impl Notice {
    /// A notice that came.
    pub fn receive(facts: Facts) -> Self {
        let history = History::begin(facts.received_at, State::Received);
        Self { facts, history }
    }

    /// What it says.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Whether it holds all that Article 16(2) asks for. Only such a notice can give knowledge of illegal content, and
    /// then where a diligent provider can see the illegality without a detailed legal examination (Article 16(3)).
    pub fn may_give_knowledge(&self) -> bool {
        self.facts.gaps().is_empty()
    }

    /// The part of machines in the decision, which its sender is told.
    pub fn part_of_machines(&self) -> Option<AutomatedDecision> {
        let course =
            self.history.last(|event| if let Event::Decide { course, .. } = event { Some(course) } else { None });
        course.map(|(_, course)| course.automated_decision())
    }

    /// Until when the receipt should go out; none where nobody can be told. The law says "without undue delay".
    pub fn receipt_deadline(&self, aims: &Aims) -> Option<Deadline> {
        self.facts.has_address().then(|| Deadline::aim(self.facts.received_at + aims.notice_receipt))
    }

    /// Until when it should be decided. The law says "in a timely manner", and has trusted flaggers go first.
    pub fn decision_deadline(&self, aims: &Aims) -> Deadline {
        let is_trusted = self.facts.trusted_flagger.is_some();
        let aim = if is_trusted { aims.trusted_decision } else { aims.notice_decision };
        Deadline::aim(self.facts.received_at + aim)
    }
}

impl Object for Notice {
    type Event = Event;
    type Error = Error;

    fn history(&self) -> &History<Event> {
        &self.history
    }

    fn apply(&self, at: DateTime<Utc>, event: &Event) -> Result<Self, Error> {
        let history = self.history.after(at, event)?;
        let (notice_id, has_address) = (self.facts.notice_id, self.facts.has_address());
        match event {
            Event::Acknowledge | Event::Tell if !has_address => return Err(Error::NobodyToTell(notice_id)),
            Event::Decide { .. } if has_address && self.history.state() == State::Received => {
                return Err(Error::ReceiptOwed(notice_id));
            }
            Event::Close if has_address => return Err(Error::OutcomeOwed(notice_id)),
            Event::Acknowledge | Event::Tell | Event::Decide { .. } | Event::Close => {}
        }
        Ok(Self { facts: self.facts.clone(), history })
    }
}

#[cfg(test)]
mod tests;
