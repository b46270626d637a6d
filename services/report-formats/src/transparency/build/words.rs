//! Sheet 11: the provider's words, with what the records say of exposure and of their own state.

use super::{
    super::{
        activity::{Activity, Exposure, Freeze},
        report::{Cell, Key, Row, Table},
        rows::{MAX_WORDS, indicators},
        sheet::Sheet,
    },
    BuildError,
};

pub(super) fn table(activity: &Activity) -> Result<Table, BuildError> {
    let words = &activity.words;
    let join = |first: &str, second: String| match (first.trim(), second) {
        (first, second) if second.is_empty() => first.to_owned(),
        ("", second) => second,
        (first, second) => format!("{first}\r\n{second}"),
    };
    let texts = [
        join(&words.summary, activity.freeze.as_ref().map(frozen).unwrap_or_default()),
        join(&words.information, activity.exposure.map(exposed).unwrap_or_default()),
        words.automated_means.clone(),
        words.accuracy.clone(),
        words.purposes.clone(),
        words.safeguards.clone(),
        words.governance.clone(),
        words.qualifications.clone(),
        words.training.clone(),
        words.support.clone(),
        words.staff_method.clone(),
    ];
    let mut rows = Vec::new();
    for (indicator, text) in indicators(Sheet::Qualitative).into_iter().zip(texts) {
        let found = text.chars().count();
        if found > MAX_WORDS {
            return Err(BuildError::TooLong { name: indicator.name, found });
        }
        let applies = indicator.tier <= activity.provider.tier;
        let cell = if applies { Cell::Words(text) } else { Cell::Blank };
        rows.push(Row { key: Key::Named(indicator), cells: vec![cell], notes: Vec::new() });
    }
    Ok(Table { sheet: Sheet::Qualitative, rows })
}

fn frozen(freeze: &Freeze) -> String {
    format!(
        "The figures are those on record at {}: the first {} entries of the provider's audit log, Merkle root {}.",
        freeze.as_of.format("%Y-%m-%dT%H:%M:%S%.6fZ"),
        freeze.log_size,
        freeze.root,
    )
}

fn exposed(exposure: Exposure) -> String {
    let Exposure { violative, all, known, unknown } = exposure;
    let share = match all {
        Some(all) if all > 0.0 => {
            format!(", {} of the {all:.1} listener-minutes of all sound", Cell::Real(violative / all).text())
        }
        _ => String::new(),
    };
    let unknown = match unknown {
        0 => String::new(),
        unknown => format!(" The reach of {unknown} more is not known and not in these figures."),
    };
    format!(
        "Exposure: {violative:.1} listener-minutes{share}, counted from the first word of what a measure was taken on until the measure took effect or the sound ended, over {known} measures.{unknown}"
    )
}
