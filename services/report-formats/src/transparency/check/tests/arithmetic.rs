//! Single changes that break a sum, a part, a median, or blank against nought.

use super::{
    super::super::rows::Tier,
    Code,
    mutations::{HATE, PLATFORM, finds},
};

#[test]
fn sums_that_do_not_add_up_are_named() {
    use Code::Sum;
    let column = "/Number of measures taken at the provider's own initiative";
    finds(
        PLATFORM,
        "5_",
        &format!("{HATE}30,12,30"),
        &format!("{HATE}31,12,31"),
        Sum,
        column,
        "is 30, but its sub-categories sum to 31",
    );
    finds(PLATFORM, "5_", "TOTAL,,32,", "TOTAL,,33,", Sum, "/2/", "TOTAL is 33, but the categories sum to 32");
    finds(
        PLATFORM,
        "5_",
        &format!("{HATE}30,12,30"),
        &format!("{HATE}30,12,20"),
        Sum,
        column,
        "30 measures, but only 27 restrictions",
    );
    finds(
        PLATFORM,
        "3_",
        &format!("{HATE}DE,3,6"),
        &format!("{HATE}DE,4,6"),
        Sum,
        "/Number of orders to act",
        "Member States sum to 5",
    );
    finds(PLATFORM, "7_", "mechanism,Total number,12", "mechanism,Total number,15", Sum, "/Value", "by kind sum to 13");
    finds(Tier::VeryLarge, "10_", ",TOTAL,54000000", ",TOTAL,64000000", Sum, "/2/Value", "64000000 in all");
}

#[test]
fn parts_larger_than_their_whole_are_named() {
    use Code::PartAboveWhole;
    finds(
        PLATFORM,
        "5_",
        &format!("{HATE}30,12"),
        &format!("{HATE}30,31"),
        PartAboveWhole,
        "solely automated means",
        "31 is more than the 30",
    );
    finds(
        PLATFORM,
        "4_",
        &format!("{HATE}40,5"),
        &format!("{HATE}40,41"),
        PartAboveWhole,
        "Trusted flaggers",
        "41 is more than the 40",
    );
    finds(
        PLATFORM,
        "7_",
        "mechanism,Decisions upheld,8",
        "mechanism,Decisions upheld,80",
        PartAboveWhole,
        "/2/Value",
        "12 came in, but 84 ended",
    );
    finds(PLATFORM, "8_", "Own-initiative ,15,", "Own-initiative ,25,", PartAboveWhole, "/Value", "more than the 20");
    finds(Tier::VeryLarge, "9_", ",mt,1.5", ",mt,41", PartAboveWhole, "/Value", "more than the 40");
    finds(Tier::VeryLarge, "9_", "Total number,40", "Total number,50", PartAboveWhole, "/Value", "of 42.5 people");
    finds(Tier::VeryLarge, "10_", ",MT,2000000", ",MT,55000000", PartAboveWhole, "/Value", "more than the 54000000");
}

#[test]
fn blank_where_nought_is_meant_is_named() {
    use Code::{BlankCell, MedianMissing};
    finds(
        PLATFORM,
        "5_",
        "KEYWORD_ANIMAL_HARM,,0,0",
        "KEYWORD_ANIMAL_HARM,,0,",
        BlankCell,
        "solely automated means",
        "KEYWORD_ANIMAL_HARM is blank",
    );
    finds(PLATFORM, "5_", "TOTAL,,32,", "TOTAL,,,", Code::Sum, "/2/", "TOTAL is blank, but the categories sum to 32");
    finds(
        PLATFORM,
        "4_",
        ",2,2,20",
        ",,2,20",
        MedianMissing,
        "/Median time to take action",
        "is counted, so there is a median",
    );
    finds(
        PLATFORM,
        "3_",
        &format!("{HATE}DE,3,6,0,0.5"),
        &format!("{HATE}DE,3,6,0,"),
        MedianMissing,
        "/Median time to give effect",
        "KEYWORD_HATE_SPEECH: 3 is counted",
    );
    finds(PLATFORM, "7_", "Median time,10", "Median time,", MedianMissing, "/Value", "so there is a median");
    finds(PLATFORM, "7_", "implemented,0.5", "implemented,", BlankCell, "/Value", "against the provider");
    finds(PLATFORM, "8_", "Own-initiative ,20,", "Own-initiative ,,", BlankCell, "/Value", "the rows beside it apply");
    finds(PLATFORM, "1_", "\"Live Rooms, s.r.o.\"", "", BlankCell, "/2/Value", "Name of the service provider");
    finds(Tier::VeryLarge, "10_", ",MT,2000000", ",MT,", BlankCell, "/Value", "MT, is blank");
}

#[test]
fn counts_and_medians_of_nothing_are_named() {
    use Code::CountOfNothing;
    finds(
        PLATFORM,
        "3_",
        &format!("{HATE}FR,1,2,0,0.5,0,,"),
        &format!("{HATE}FR,1,2,0,0.5,0,7,"),
        CountOfNothing,
        "/Median time to inform",
        "a median of nothing",
    );
    finds(
        PLATFORM,
        "4_",
        "KEYWORD_PHISHING,,0,0,0,",
        "KEYWORD_PHISHING,,0,0,5,",
        CountOfNothing,
        "/Number of specific items",
        "is nought",
    );
}
