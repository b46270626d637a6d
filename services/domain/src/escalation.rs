//! Escalations of threats to life or safety (Article 18), and of terrorist content with imminent threat to life
//! (Regulation (EU) 2021/784, Article 14(5)): a person confirms the suspicion, and the authorities are told promptly.
//!
//! Which authority: that of the Member State concerned; where it cannot be made out, that of the State in which the
//! provider is established or represented, or Europol (Article 18(2)). The regulation on terrorist content has its own
//! words for the same; the record holds both kinds, told apart by [`Duty`].

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Aims, CaseId, Deadline, EscalationId, History, MemberState, Object, Refusal, ReviewerId, machine::states};

crate::closed! {
    /// Which law asks for it.
    Duty "duty to escalate" {
        /// A suspicion of a crime that threatens life or safety: Article 18.
        ThreatToLife = "threat_to_life",
        /// Terrorist content with imminent threat to life: Regulation (EU) 2021/784, Article 14(5).
        TerroristContent = "terrorist_content",
    }

    /// How far an escalation is.
    State "state of an escalation" {
        /// Somebody or something suspects it: the clock runs.
        Suspected = "suspected",
        /// A person confirmed the suspicion.
        Confirmed = "confirmed",
        /// A person found that there is none.
        Dismissed = "dismissed",
        /// An authority was told.
        Sent = "sent",
        /// The authority has it.
        Closed = "closed",
    }

    /// What may be done with an escalation.
    Step "step of an escalation" {
        /// A person confirms the suspicion.
        Confirm = "confirm",
        /// A person finds none.
        Dismiss = "dismiss",
        /// Tell an authority.
        Send = "send",
        /// The authority confirms that it has it.
        Acknowledge = "acknowledge",
    }
}

states! {
    State Step "escalation" {
        Suspected + Confirm => Confirmed,
        Suspected + Dismiss => Dismissed,
        Dismissed + Confirm => Confirmed,
        Confirmed + Send => Sent,
        Sent + Send => Sent,
        Sent + Acknowledge => Closed,
    }
}

/// Which Member State is concerned, as far as it can be made out: where the crime is suspected to be, where the suspect
/// or the victim is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concerned {
    /// These, at least one.
    States(Vec<MemberState>),
    /// None can be made out.
    Unknown,
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// Police or judiciary of a Member State concerned.
    Concerned(MemberState),
    /// Police or judiciary of the State in which the provider is established or represented.
    Own(MemberState),
    /// Europol.
    Europol,
}

/// What is sent: all relevant information (Article 18(1)), and what recital 56 names of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// SHA-256 of the archive as sent: clip, transcript, ids.
    #[serde(with = "hex")]
    pub sha256: [u8; 32],
    /// When it was spoken, in RFC 3339 with the offset of the zone, so that nobody has to guess it.
    pub spoken_at: DateTime<chrono::FixedOffset>,
    /// Why it is held a threat.
    pub explanation: String,
    /// What may help to find and identify the user; none where nothing is known.
    pub locates_user: Option<String>,
}

/// A hash in JSON, as people compare it: 64 digits.
mod hex {
    use std::fmt::Write as _;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(64);
        for byte in hash {
            write!(text, "{byte:02x}").map_err(serde::ser::Error::custom)?;
        }
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || D::Error::custom("a SHA-256 has 64 hexadecimal digits");
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut hash = [0; 32];
        for (index, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| wrong())?;
        }
        Ok(hash)
    }
}

/// What an escalation is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Minted by the caller.
    pub escalation_id: EscalationId,
    /// The case.
    pub case_id: CaseId,
    /// Which law asks for it.
    pub duty: Duty,
    /// When we came to know what gives rise to the suspicion: the clock runs from here.
    pub aware_at: DateTime<Utc>,
}

/// What happens to an escalation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A person confirmed the suspicion.
    Confirm {
        /// Who.
        reviewer: ReviewerId,
        /// Which States are concerned.
        concerned: Concerned,
        /// Why that is suspected.
        why: String,
    },
    /// A person found none.
    Dismiss {
        /// Who.
        reviewer: ReviewerId,
        /// Why.
        why: String,
    },
    /// An authority was told.
    Send {
        /// Which.
        recipient: Recipient,
        /// What was sent.
        pack: Pack,
    },
    /// An authority confirmed that it has it.
    Acknowledge {
        /// Its reference.
        reference: String,
    },
}

impl crate::Event for Event {
    type State = State;

    fn step(&self) -> Step {
        match self {
            Self::Confirm { .. } => Step::Confirm,
            Self::Dismiss { .. } => Step::Dismiss,
            Self::Send { .. } => Step::Send,
            Self::Acknowledge { .. } => Step::Acknowledge,
        }
    }
}

/// Why something cannot happen to an escalation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// State or time do not allow it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// It must say why.
    #[error("escalation {escalation_id}: {step} needs a reason in words")]
    NoReason {
        /// The escalation.
        escalation_id: EscalationId,
        /// What was to be done.
        step: Step,
    },
    /// No State where some were meant.
    #[error("escalation {0} names no State concerned: say that it is unknown")]
    NoState(EscalationId),
    /// Not the authority that the article names.
    #[error("escalation {escalation_id} cannot go to {recipient:?} first: {why}")]
    WrongRecipient {
        /// The escalation.
        escalation_id: EscalationId,
        /// Who would be told.
        recipient: Recipient,
        /// Who must be.
        why: &'static str,
    },
}

/// An escalation with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    facts: Facts,
    history: History<Event>,
}

impl Escalation {
    /// A suspicion.
    pub fn open(facts: Facts) -> Self {
        let history = History::begin(facts.aware_at, State::Suspected);
        Self { facts, history }
    }

    /// What it is about.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Until when an authority should be told. The law says "promptly".
    pub fn deadline(&self, aims: &Aims) -> Deadline {
        Deadline::aim(self.facts.aware_at + aims.escalation)
    }

    /// The States concerned, as the person who confirmed it made them out.
    pub fn concerned(&self) -> Option<&Concerned> {
        let found = self
            .history
            .last(|event| if let Event::Confirm { concerned, .. } = event { Some(concerned) } else { None });
        found.map(|(_, concerned)| concerned)
    }

    /// Who was told, in order.
    pub fn recipients(&self) -> Vec<Recipient> {
        let sent = self.history.entries().iter();
        sent.filter_map(|(_, event)| if let Event::Send { recipient, .. } = event { Some(*recipient) } else { None })
            .collect()
    }

    /// The States concerned that were not told yet.
    pub fn untold(&self) -> Vec<MemberState> {
        let told = self.recipients();
        match self.concerned() {
            Some(Concerned::States(states)) => {
                states.iter().copied().filter(|state| !told.contains(&Recipient::Concerned(*state))).collect()
            }
            Some(Concerned::Unknown) | None => Vec::new(),
        }
    }

    /// Once an authority of a State concerned was told, others may be told too.
    fn check_recipient(&self, recipient: Recipient) -> Result<(), Error> {
        let escalation_id = self.facts.escalation_id;
        let is_first = self.recipients().is_empty();
        let wrong = |why| Err(Error::WrongRecipient { escalation_id, recipient, why });
        match (self.concerned(), recipient) {
            (Some(Concerned::States(states)), Recipient::Concerned(state)) if !states.contains(&state) => {
                wrong("this State is not among those concerned")
            }
            (Some(Concerned::States(_)), Recipient::Own(_) | Recipient::Europol) if is_first => {
                wrong("a State concerned is known, and its authorities come first")
            }
            (Some(Concerned::Unknown), Recipient::Concerned(_)) => {
                wrong("no State concerned is known: tell the own State or Europol")
            }
            _ => Ok(()),
        }
    }

    fn check(&self, event: &Event) -> Result<(), Error> {
        let escalation_id = self.facts.escalation_id;
        let words = match event {
            Event::Confirm { why, .. } | Event::Dismiss { why, .. } => why,
            Event::Send { pack, .. } => &pack.explanation,
            Event::Acknowledge { reference } => reference,
        };
        if words.trim().is_empty() {
            return Err(Error::NoReason { escalation_id, step: crate::Event::step(event) });
        }
        match event {
            Event::Confirm { concerned, .. } if *concerned == Concerned::States(Vec::new()) => {
                Err(Error::NoState(escalation_id))
            }
            Event::Send { recipient, .. } => self.check_recipient(*recipient),
            Event::Confirm { .. } | Event::Dismiss { .. } | Event::Acknowledge { .. } => Ok(()),
        }
    }
}

impl Object for Escalation {
    type Event = Event;
    type Error = Error;

    fn history(&self) -> &History<Event> {
        &self.history
    }

    fn apply(&self, at: DateTime<Utc>, event: &Event) -> Result<Self, Error> {
        let history = self.history.after(at, event)?;
        self.check(event)?;
        Ok(Self { facts: self.facts.clone(), history })
    }
}

#[cfg(test)]
mod tests;
