//! What is wrong with a statement, and where.

use serde::Serialize;

/// One fault of one field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// RFC 6901 pointer to the field from the top of the document, whether the field is there or missing.
    pub pointer: String,
    /// The kind of fault.
    pub code: Code,
    /// What is wrong and what to do, in words. Never repeats free text.
    pub message: String,
}

domain::closed! {
    /// The kinds of fault.
    Code "kind of fault" {
        /// No JSON at all.
        NotJson = "not_json",
        /// More bytes than one document may have.
        TooLarge = "too_large",
        /// A byte order mark before the document.
        ByteOrderMark = "byte_order_mark",
        /// Something else where a statement belongs.
        NotAStatement = "not_a_statement",
        /// No statement, or more than 100 in one call.
        BatchSize = "batch_size",
        /// A member that stands twice in its object.
        DuplicateKey = "duplicate_key",
        /// A member that no statement has.
        UnknownField = "unknown_field",
        /// A field that must be there.
        Missing = "missing",
        /// `null` where the database takes none.
        NullRefused = "null_refused",
        /// A JSON value of another type.
        WrongType = "wrong_type",
        /// A code that is not on its closed list.
        NotInList = "not_in_list",
        /// A code that was on the list before July 2025.
        Withdrawn = "withdrawn",
        /// The same code twice in a list.
        Repeated = "repeated",
        /// Text without anything to see.
        Blank = "blank",
        /// Too many characters.
        TooLong = "too_long",
        /// Text that is not of the form asked for.
        WrongForm = "wrong_form",
        /// A date that the database does not take.
        DateOutOfRange = "date_out_of_range",
        /// Dates that contradict each other.
        DateOrder = "date_order",
        /// No restriction is stated.
        NoRestriction = "no_restriction",
        /// An end date of a restriction that is not imposed.
        NotImposed = "not_imposed",
        /// A keyword without its category.
        KeywordOutsideCategory = "keyword_outside_category",
        /// The main category, once more among the additional ones.
        RepeatedMainCategory = "repeated_main_category",
        /// A category that does not go with the ground or the source.
        CategoryMisused = "category_misused",
        /// A text that the database throws away.
        Discarded = "discarded",
        /// What looks like personal data in a public text: Article 24(5).
        PersonalData = "personal_data",
        /// A puid that another statement of the same file has.
        RepeatedPuid = "repeated_puid",
    }
}

/// One step of an RFC 6901 pointer, with its slash.
pub(super) fn step(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_step_escapes_what_the_rfc_says() {
        assert_eq!(super::step("a/b~c"), "/a~1b~0c");
    }
}
