//! Texts that somebody else wrote, made fit for the page: every character can be seen, and none can act.

use std::{cell::Cell, fmt::Write};

use serde_json::{Value, json};
use typst::text::Font;

/// What stands for characters that no font holds, and for invisible ones that would turn the text around.
const MARK: char = '▯';

/// Longest run without a place to break a line.
const UNBROKEN: usize = 28;

/// Writes texts down, and counts the characters that it had to mark.
pub(crate) struct Scribe {
    fonts: &'static [Font],
    marked: Cell<usize>,
}

impl Scribe {
    pub(crate) const fn new(fonts: &'static [Font]) -> Self {
        Self { fonts, marked: Cell::new(0) }
    }

    /// Characters marked so far.
    pub(crate) fn marked(&self) -> usize {
        self.marked.get()
    }

    /// A text of at most `limit` characters, with its direction, as the template takes it.
    pub(crate) fn said(&self, text: &str, limit: usize) -> Value {
        json!({ "text": self.plain(text, limit), "rtl": is_rtl(text) })
    }

    /// An id, a path or a hash: kept free of breaks, so that it can be copied out of the document.
    pub(crate) fn exact(&self, text: &str) -> Value {
        if text.len() <= 72 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            json!({ "text": text, "rtl": false })
        } else {
            self.said(text, 400)
        }
    }

    /// A text without its direction.
    pub(crate) fn plain(&self, text: &str, limit: usize) -> String {
        let length = text.chars().count();
        let mut out = String::with_capacity(text.len());
        let (mut run, mut unbroken) = (0_usize, 0_usize);
        for character in text.chars().take(limit) {
            let character = if character.is_whitespace() { ' ' } else { character };
            if !self.can_show(character) {
                run += 1;
                continue;
            }
            self.mark(&mut out, std::mem::take(&mut run));
            unbroken = if character == ' ' { 0 } else { unbroken + 1 };
            if unbroken > UNBROKEN && !is_joined(character) {
                out.push('\u{200b}');
                unbroken = 1;
            }
            out.push(character);
        }
        self.mark(&mut out, run);
        if length > limit {
            // Writing to a String cannot fail.
            let _ = write!(out, " … ({} more characters in dossier.json)", length - limit);
        }
        out
    }

    /// A few marks one by one, many as a number.
    fn mark(&self, out: &mut String, run: usize) {
        self.marked.set(self.marked.get() + run);
        if run <= 3 {
            out.extend(std::iter::repeat_n(MARK, run));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "{MARK}×{run}");
        }
    }

    fn can_show(&self, character: char) -> bool {
        // Joiners and the marks of direction shape their neighbours; overrides and embeddings could turn a line around.
        if matches!(character, '\u{200c}'..='\u{200f}') {
            return true;
        }
        let is_hidden = character.is_control()
            || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}')
            || matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
        !is_hidden && self.fonts.iter().any(|font| font.info().coverage.contains(u32::from(character)))
    }
}

/// Whether a text runs from right to left: its first letter does.
pub(crate) fn is_rtl(text: &str) -> bool {
    text.chars().find(|character| character.is_alphabetic()).is_some_and(is_joined)
}

/// Letters of scripts that run from right to left, many of which join their neighbours.
fn is_joined(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;

    #[track_caller]
    fn check(text: &str, written: &str) {
        assert_eq!(Scribe::new(document::fonts()).plain(text, 80), written);
    }

    #[test]
    fn the_scripts_of_europe_and_its_neighbours_are_written_as_they_are() {
        for text in [
            "Příliš žluťoučký kůň, ñandú, Łódź, straße, Ħamrun, ő ű",
            "Ξεσκεπάζω την ψυχοφθόρα",
            "Съешь ещё этих мягких",
            "Ђурђевак",
            "نص حكيم له سر قاطع",
            "עטלף אבק נס דרך",
            "Հայերեն",
            "ქართული",
            "“quotes” – dashes… € №",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn what_no_font_holds_is_marked_and_counted() {
        check("say 你好 now", "say ▯▯ now");
        check("一二三四五六七", "▯×7");
        let scribe = Scribe::new(document::fonts());
        scribe.said("नमस्ते 你", 80);
        assert_eq!(scribe.marked(), 7);
    }

    #[test]
    fn no_character_can_hide_or_turn_a_line_around() {
        check("gpj\u{202e}.exe\u{0}", "gpj▯.exe▯");
        check("a\nb\tc\r\nd", "a b c  d");
    }

    #[test]
    fn a_long_text_says_how_much_is_missing() {
        check(&"ab ".repeat(40), &format!("{} … (40 more characters in dossier.json)", "ab ".repeat(27).trim_end()));
    }

    #[test]
    fn a_word_without_end_can_be_broken() {
        let written = Scribe::new(document::fonts()).plain(&"x".repeat(100), 200);
        assert_eq!(written.matches('\u{200b}').count(), 3);
    }

    #[test]
    fn a_hash_can_be_copied_out() {
        let hash = "5d1e0a9b33c04d7e".repeat(4);
        assert_eq!(Scribe::new(document::fonts()).exact(&hash)["text"], hash);
    }

    #[test]
    fn direction_follows_the_first_letter() {
        assert!(is_rtl("… «سلام» hello"));
        assert!(!is_rtl("12: hello سلام"));
        assert!(!is_rtl(""));
    }
}
