//! The guide to checking a bundle with stock tools. It names no room and no number, so that it is the same everywhere.

/// The guide, as Markdown.
pub(crate) fn guide() -> &'static str {
    include_str!("guide.md")
}
