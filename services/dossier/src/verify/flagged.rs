//! That flags and findings follow from what was said and found.

use super::{Account, Code, Found};
use crate::{
    members::RECORD,
    model::{Dossier, Epoch, Finding, Flag, Word},
};

/// Checks every flag and finding.
pub(super) fn check(dossier: &Dossier, found: &mut Found<'_>, account: &mut Account) {
    let mut findings = 0;
    for flag in &dossier.flags {
        for what in faults(dossier, flag) {
            found.add(Code::Flag, Some(RECORD), format!("flag {}: {what}", flag.flag));
        }
        findings += flag.findings.len();
    }
    let order = |flag: &Flag| (flag.wall, flag.stream.clone(), flag.flag);
    if !dossier.flags.is_sorted_by(|one, other| order(one) < order(other)) {
        found.add(Code::Flag, Some(RECORD), "its flags are not in order, or one stands there twice");
    }
    account.checked("flags against their findings and the words said", dossier.flags.len());
    account.checked("findings against the words said", findings);
    cases(dossier, found);
}

/// What is wrong with a flag.
fn faults(dossier: &Dossier, flag: &Flag) -> Vec<String> {
    let Some(epoch) = dossier.epoch(&flag.stream, flag.epoch) else {
        return vec!["its stream or epoch is not told of".to_owned()];
    };
    let mut faults = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            faults.push(what.to_owned());
        }
    };
    let all = &flag.findings;
    check(!all.is_empty(), "it has no finding");
    check(
        all.iter().map(|finding| finding.first).min().is_none_or(|first| first == flag.first),
        "its first sample is not that of its findings",
    );
    check(
        all.iter().map(|finding| finding.end).max().is_none_or(|end| end == flag.end),
        "its end is not that of its findings",
    );
    check(
        all.iter().map(|finding| finding.severity).max().is_none_or(|highest| highest == flag.severity),
        "its severity is not the highest of its findings",
    );
    check(
        all.iter().map(|finding| finding.score).max().is_none_or(|highest| highest == flag.score),
        "its score is not the highest of its findings",
    );
    check(
        all.is_sorted_by_key(|finding| (finding.first, finding.end, finding.finding)),
        "its findings are not in order",
    );
    check(
        flag.words == epoch.said(flag.first, flag.end),
        "its words are not those that the transcript has in its range",
    );
    check(
        epoch.wall_in_window(flag.first).is_none_or(|wall| wall == flag.wall),
        "its wall time is not that of its first sample",
    );
    check(dossier.exposure_of(flag) == flag.exposure, "its exposure is not what listeners and decisions come to");
    for finding in all {
        if let Some(what) = misplaced(epoch, finding) {
            faults.push(format!("finding {}: {what}", finding.finding));
        }
    }
    faults
}

/// What is wrong with a finding.
fn misplaced(epoch: &Epoch, finding: &Finding) -> Option<&'static str> {
    let by_rule = finding.rule.is_some() && finding.version.is_some() && finding.pack.is_some();
    let by_head = finding.head.is_some() && finding.model.is_some();
    let neither = |one: &[bool]| one.iter().all(|is| !is);
    let only_rule = neither(&[finding.head.is_some(), finding.model.is_some()]);
    let only_head = neither(&[finding.rule.is_some(), finding.version.is_some(), finding.pack.is_some()]);
    if !(by_rule && only_rule || by_head && only_head) {
        return Some("it names neither a rule nor a head, or both");
    }
    if finding.erased.is_some() {
        return None;
    }
    let said: Vec<&Word> = epoch.words_around(finding.first, finding.end).collect();
    let begins = said.iter().enumerate().filter(|(_, word)| word.first == finding.first).map(|(at, _)| at);
    let is_said = begins.into_iter().any(|from| {
        (from..said.len()).take_while(|to| said[*to].first < finding.end).any(|to| {
            let texts = || said[from..=to].iter().map(|word| word.word.as_str());
            said[to].end == finding.end && texts().collect::<Vec<_>>().join(" ") == finding.words
        })
    });
    (!is_said).then_some("its words are not said where it lies")
}

fn cases(dossier: &Dossier, found: &mut Found<'_>) {
    for case in &dossier.cases {
        let mut say = |what: &str| found.add(Code::Flag, Some(RECORD), format!("case {}: {what}", case.case));
        let of_case = dossier.flags.iter().filter(|flag| flag.case == Some(case.case));
        let mut flags: Vec<_> = of_case.map(|flag| flag.flag).collect();
        flags.sort_unstable();
        if flags != case.flags {
            say("its flags are not those that name it");
        }
        let mut decisions = case.decisions.iter();
        let mut chain = decisions.next().map(|first| domain::Chain::begin(first.clone()));
        for decision in decisions {
            chain = chain.map(|chain| {
                chain.and_then(|mut chain| {
                    chain.add(decision.clone())?;
                    Ok(chain)
                })
            });
        }
        if let Some(Err(error)) = chain {
            say(&format!("its decisions do not follow from each other: {error}"));
        }
    }
    for flag in &dossier.flags {
        if flag.case.is_some_and(|id| !dossier.cases.iter().any(|case| case.case == id)) {
            found.add(Code::Flag, Some(RECORD), format!("flag {}: its case is not told of", flag.flag));
        }
    }
}
