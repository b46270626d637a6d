//! Rule packs: load, check, match, explain and test; pure but for [`Pack::load`], which reads a folder.
//!
//! # The format
//! A pack is a folder: `pack.toml`, `rules/*.toml` (one rule a file), `lists/*.toml`. What this version does not do is
//! refused by name, never ignored, so that a rule means the same in a later version. Everything unknown is an error with
//! its file, its line and the nearest known name.
//!
//! | key | means |
//! |---|---|
//! | `schema`, `id`, `version`, `title`, `owner`, `review_by`, `why` | needed. The id is `<category>.<name>`, and its first part is our category, which the category of the statement of reasons (`[dsa]`) may differ from |
//! | `status` | `draft` and `retired` do not run; `shadow` runs and flags nothing; `live` flags |
//! | `explain` | what a hit says, with `{words}`, `{speaker}`, `{dt}`, `{span:TERM}`; else `why` |
//! | `known_gaps`, `known_false` | for people |
//! | `[scope]` | `languages` (each term has wording in each), `jurisdictions` |
//! | `[dsa]` | `category` and `keywords` by Annex I; `[[dsa.ground]]` with `where`, `kind`, `cite` |
//! | `[severity] base` | 1 low, 2 medium, 3 high, 4 critical |
//! | `[terms.NAME]` | `tolerance = "exact"`; phrases by language (`en = […]`), regexes (`regex.en = […]`), or `list = "name"` |
//! | `[match]` | `all` and `any` of the terms, `within = { seconds, tokens }` of the whole match; `speaker = "same"`, `bridge = "segments"` |
//! | `[[except]]` | `id`; `list`, or `terms.en` and `regex.en`; `before_tokens`, `after_tokens`, `inside`; `effect = "suppress"` or `"downgrade"`. It holds where its wording stands at most so many tokens before or after the match and, with `inside = true`, where it shares a token with it. No sentence may end in between but the one that comes first; `bridge = "sentences"` lifts that |
//! | `[guard]` | `min_word_prob`: a less sure word suppresses the hit. `max_no_speech` and `needs_vad` are refused: the transcriber judges that before a rule sees the words |
//! | `[[test]]` | `say` (a text, or turns with `t`, `who`, `text`), `expect` = `fire`, `quiet`, `suppress:ID`, `downgrade:ID`, `todo-fire`, `todo-quiet`; `name` and `lang` where needed |
//!
//! Phrases are written as spoken and normalised like the words they meet. A regex sees normalised text ([`NORMALISATION`]):
//! lower case, no punctuation, contractions written out, one space between words; it begins and ends at a word's edge.
//! `<name>` in it stands for any wording of that list, `<3> ` for up to three words. It must hold a telling word: that is
//! looked for first.
//!
//! # Choices
//! `aho-corasick` and `regex` for linear time; `regex-syntax` to find what each regex must hold; `toml`'s spanned tables
//! instead of serde, which stops at the first error. Bounds stand in [`limits`].

mod canonical;
pub mod dsa;
mod engine;
mod examples;
mod folder;
pub mod limits;
mod lock;
mod model;
mod normalise;
mod pack;
mod pattern;
mod problem;
mod read_rule;
mod read_test;
mod read_wording;
mod reading;
mod required;

pub use engine::{CONTEXT_WORDS, Engine, Hit, NoSuchLanguage, SpokenWord};
pub use examples::{Outcome, Verdict};
pub use lock::Lock;
pub use model::{Expect, Ground, Rule, RuleTest, Saying, Status};
pub use normalise::VERSION as NORMALISATION;
pub use pack::{ENGINE_VERSION, Pack};
pub use problem::{PackError, PackErrors};
