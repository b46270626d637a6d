//! Tests of what looks like personal data and what does not.

use super::*;

#[track_caller]
fn finds(kind: &str, text: &str) {
    let found: Vec<&str> = found_in(text).collect();
    assert!(found.contains(&kind), "{text:?}: {found:?}");
}

#[track_caller]
fn finds_nothing(text: &str) {
    let found: Vec<&str> = found_in(text).collect();
    assert!(found.is_empty(), "{text:?}: {found:?}");
}

#[test]
fn mail_addresses_are_found_in_plain_and_in_disguise() {
    for text in [
        "Write to anna.mueller@example.org today",
        "anna+room@mail.example.co.uk",
        "anna (at) example (dot) org",
        "anna[at]example.org",
        "anna＠example.org",
        "anna\u{200b}@exam\u{ad}ple.org",
        "μαρία@παράδειγμα.ελ",
    ] {
        finds("an e-mail address", text);
    }
}

#[test]
fn handles_are_found() {
    for text in
        ["Speaker @anna_99 said it", "(@anna)", "user name: anna99", "User ID 48213", "see u/some_body", "nick = Wolf"]
    {
        finds("a handle", text);
    }
    finds("a handle", "discord wolf#4821");
}

#[test]
fn addresses_with_user_names_are_found() {
    for text in [
        "https://anna@rooms.example.eu/",
        "ftp://anna:secret@files.example.eu/x",
        "https://rooms.example.eu/users/anna",
        "https://rooms.example.eu/@anna",
        "https://rooms.example.eu/show?user=anna",
        "twitter.com/anna_99",
        "see t.me/annachannel",
        "https://www.linkedin.com/in/anna-m",
    ] {
        finds("a web address with a user name", text);
    }
}

#[test]
fn telephone_numbers_are_found() {
    for text in [
        "+49 170 1234567",
        "call +353 (0)1 234 5678 now",
        "0049 30 123456",
        "030/12345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "(0170) 1234567",
        "555-123-4567",
        "phone: 1234567",
    ] {
        finds("a telephone number", text);
    }
}

#[test]
fn bank_and_card_numbers_are_found() {
    finds("a bank account number (IBAN)", "Pay to DE89 3704 0044 0532 0130 00 please");
    finds("a bank account number (IBAN)", "NL91ABNA0417164300 was read out");
    finds("a bank account number (IBAN)", "be68 5390 0754 7034 used");
    finds("a bank account number (IBAN)", "SA0380000000608010167519");
    finds("a payment card number", "4111 1111 1111 1111");
}

#[test]
fn internet_addresses_are_found() {
    finds("an IP address", "from 192.168.17.4");
    finds("an IP address", "IP address 10.1.2.3");
    finds("an IP address", "2001:db8:0:0:0:0:2:1");
    finds("an IP address", "fe80::1ff:fe23:4567:890a");
}

#[test]
fn numbers_of_people_are_found() {
    finds("an identity number", "passport no. C01X00T478");
    finds("a date of birth", "born on 12 March 1990");
    finds("a date of birth", "Geburtsdatum: 12.03.1990");
}

#[test]
fn texts_of_law_and_of_work_hold_no_personal_data() {
    for text in [
        "Community rules, section 4.2 (hateful conduct)",
        "Section 130 StGB (incitement to hatred)",
        "Regulation (EU) 2022/2065, Article 17(3), point (d)",
        "Implementing Regulation (EU) 2024/2835, Annex I, 12.3.4.5",
        "Terms 10.2.1.3, clause 0.1",
        "Heard on 02.03.2026 14:05:11, 2026-03-02 to 2026-03-09, 3/4/2026",
        "Live room, speaker turn of 14 seconds, flagged by rule pack and classifier, confirmed by a reviewer.",
        "Flag 0192f0c1-7a3b-7e21-9a54-0123456789ab at 01:02:03.456, samples 960000 to 1184000",
        "Case C-131/12, ECLI:EU:C:2014:317, at 12:03:45",
        "The room had 1 000 000 listeners; 2 500 EUR were asked for; 99.95 % of 12345678 were silent.",
        "Rules v2.10.0, hash 4b5c9f0e7d1a; classifier 0.9312345",
        "https://rooms.example.eu/terms?v=7#s4-2",
        "https://rooms.example.eu/users/terms and https://x.com/tos",
        "National hotline (organisation)",
        "Everyone @ the stage heard it",
        "The speaker: male voice. The user was warned; the account was suspended.",
        "Signal 2 was heard; channel two of 2",
        "",
    ] {
        finds_nothing(text);
    }
}

#[test]
fn a_hostile_text_is_searched_in_bounded_time() {
    for text in
        ["0 ".repeat(500_000), "@".repeat(500_000), "a@".repeat(400_000), "1.".repeat(500_000), "DE".repeat(500_000)]
    {
        let _ = found_in(&text).count();
    }
}
