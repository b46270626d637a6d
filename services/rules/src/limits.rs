//! Bounds on what a pack may hold and what a match may span: a hostile pack meets a clear error, never a hang.

/// Bytes of one file of a pack.
pub const MAX_FILE_BYTES: u64 = 256 * 1024;
/// Bytes of all files of a pack together.
pub const MAX_PACK_BYTES: u64 = 16 * 1024 * 1024;
/// Files of a pack.
pub const MAX_FILES: usize = 4_096;
/// Phrases of a pack, lists included, each counted once.
pub const MAX_PHRASES: usize = 100_000;
/// Tokens of one phrase.
pub const MAX_PHRASE_TOKENS: usize = 16;
/// Regexes of a pack, lists included, each counted once.
pub const MAX_REGEXES: usize = 4_096;
/// Bytes of a regex as written.
pub const MAX_REGEX_BYTES: usize = 4_096;
/// Bytes of a regex once its lists are put in.
pub const MAX_EXPANDED_REGEX_BYTES: usize = 64 * 1024;
/// Bytes of one compiled regex.
pub const MAX_COMPILED_REGEX_BYTES: usize = 4 * 1024 * 1024;
/// Depth of nested groups in a regex.
pub const MAX_REGEX_NESTING: u32 = 24;
/// Terms of one rule.
pub const MAX_TERMS: usize = 64;
/// Exclusions of one rule.
pub const MAX_EXCEPTS: usize = 64;
/// Words that a gap such as `<3> ` may stand for.
pub const MAX_GAP_WORDS: usize = 12;
/// Problems reported of one pack; the rest are counted.
pub const MAX_PROBLEMS: usize = 200;

/// Tokens that one match may span, its own gaps included.
pub const MAX_MATCH_TOKENS: usize = 48;
/// Tokens before or after a match that an exclusion may look at.
pub const MAX_EXCEPT_TOKENS: usize = 24;
/// Seconds that one match may span, and how long where a rule says nothing.
pub const MAX_MATCH_SECONDS: f64 = 60.0;
/// Characters of one token; what is longer is no word and is cut.
pub const MAX_TOKEN_CHARS: usize = 48;
