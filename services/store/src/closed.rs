//! Closed lists that only the database knows: how an access attempt went, how an epoch ended, what a model is for.

use std::str::FromStr;

use domain::UnknownName;

macro_rules! closed {
    ($($(#[$doc:meta])* $list:ident $what:literal { $($(#[$value_doc:meta])* $value:ident = $name:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $list { $($(#[$value_doc])* $value,)* }

        impl $list {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$value),*];

            /// The name in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $name),* }
            }
        }

        impl FromStr for $list {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                let known = [$($name),*];
                Self::ALL.iter().copied().find(|value| value.as_str() == name).ok_or_else(|| UnknownName {
                    list: $what,
                    name: name.to_owned(),
                    known: known.join(", "),
                })
            }
        }
    )*};
}

closed! {
    /// How an attempt to reach a source went.
    AttemptResult "result of an access attempt" {
        /// Sound came.
        Connected = "connected",
        /// The source answered, and refused.
        Refused = "refused",
        /// No answer in time.
        Timeout = "timeout",
        /// There was nobody to ask: no such name, no route, no listener.
        Unreachable = "unreachable",
    }

    /// How an epoch came to its end.
    EpochEnd "end of an epoch" {
        /// The source, or the run that read it, said so.
        Ended = "ended",
        /// Nothing came for too long.
        Idle = "idle",
        /// The stream's next epoch opened.
        Superseded = "superseded",
    }

    /// What a model is for.
    ModelKind "kind of model" {
        /// Speech to text.
        Recogniser = "recogniser",
        /// Where there is speech.
        VoiceActivity = "voice_activity",
        /// What a text is about.
        Classifier = "classifier",
    }
}
