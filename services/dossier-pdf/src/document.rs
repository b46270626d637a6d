//! The typesetter and its closed world: our template, one file of data, fonts that are linked in, and nothing else.

use std::{collections::BTreeMap, sync::LazyLock};

#[cfg(test)]
use typst::layout::{Frame, FrameItem};
use typst::{
    Library, LibraryExt, World, comemo,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Duration, Smart},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::PdfError;

const MAIN: &str = "dossier.typ";
const DATA: &str = "data.json";

/// Our template, by the names that it imports itself under.
const TEMPLATE: [(&str, &str); 6] = [
    (MAIN, include_str!("../template/dossier.typ")),
    ("look.typ", include_str!("../template/look.typ")),
    ("cover.typ", include_str!("../template/cover.typ")),
    ("timeline.typ", include_str!("../template/timeline.typ")),
    ("flags.typ", include_str!("../template/flags.typ")),
    ("prose.typ", include_str!("../template/prose.typ")),
];

/// What is the same for every document.
struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: BTreeMap<&'static str, Source>,
    main: FileId,
    data: FileId,
}

static PRESS: LazyLock<Press> = LazyLock::new(|| {
    let files = [
        notosans::REGULAR_TTF,
        notosans::BOLD_TTF,
        notosans::ITALIC_TTF,
        dejavu::sans::regular(),
        dejavu::sans::bold(),
        dejavu::sans_mono::regular(),
    ];
    let fonts: Vec<Font> = files.into_iter().flat_map(|file| Font::iter(Bytes::new(file))).collect();
    let sources: BTreeMap<_, _> =
        TEMPLATE.iter().map(|(name, text)| (*name, Source::new(named(name), (*text).to_owned()))).collect();
    Press {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        sources,
        main: named(MAIN),
        data: named(DATA),
    }
});

fn named(name: &str) -> FileId {
    #[expect(clippy::expect_used, reason = "our own constants, read by every test")]
    let path = VirtualPath::new(name).expect("the name of one of our own files");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// The fonts that are linked in, in the order in which they are asked for a character.
pub(crate) fn fonts() -> &'static [Font] {
    &PRESS.fonts
}

/// One document about to be set.
struct Desk {
    press: &'static Press,
    data: Bytes,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.press.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let known = id.vpath().file_name().and_then(|name| self.press.sources.get(name));
        known.filter(|source| source.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.press.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Sets the data (JSON as the template reads it) on pages.
fn set(data: Vec<u8>) -> Result<PagedDocument, PdfError> {
    let desk = Desk { press: &PRESS, data: Bytes::new(data) };
    typst::compile(&desk).output.map_err(|faults| PdfError::Set { what: told(&faults) })
}

/// Sets the data and writes it under the standards.
///
/// `identity` names the document for good; `creator` is the program that made it.
pub(crate) fn write(data: Vec<u8>, identity: String, creator: String) -> Result<Vec<u8>, PdfError> {
    let written = set(data).and_then(|document| {
        let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
            .map_err(|fault| PdfError::Write { what: fault.message().to_string() })?;
        let options = PdfOptions {
            ident: Smart::Custom(identity),
            creator: Smart::Custom(Some(creator)),
            timestamp: None,
            page_ranges: None,
            standards,
            tagged: true,
            pretty: false,
        };
        typst_pdf::pdf(&document, &options).map_err(|faults| PdfError::Write { what: told(&faults) })
    });
    // What the typesetter remembers of one document is of no use for the next.
    comemo::evict(0);
    written
}

/// All text on the pages, without white space and invisible breaks: lines break where the typesetter likes.
#[cfg(test)]
pub(crate) fn text(data: Vec<u8>) -> Result<String, PdfError> {
    fn collect(frame: &Frame, out: &mut String) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => collect(&group.frame, out),
                FrameItem::Text(text) => out.push_str(&text.text),
                FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(_) => {}
            }
        }
    }
    let mut out = String::new();
    set(data)?.pages().iter().for_each(|page| collect(&page.frame, &mut out));
    Ok(out.chars().filter(|character| !character.is_whitespace() && *character != '\u{200b}').collect())
}

fn told(faults: &[SourceDiagnostic]) -> String {
    let fault = |fault: &SourceDiagnostic| {
        let hints = fault.hints.iter().map(|hint| hint.v.as_str());
        std::iter::once(fault.message.as_str()).chain(hints).collect::<Vec<_>>().join(", ")
    };
    faults.iter().map(fault).collect::<Vec<_>>().join("; ")
}
