//! The cache folder: what is slow to build or fetch, keyed by version, shared by all data folders.

use std::{ffi::OsString, path::PathBuf};

/// `EARWITNESS_CACHE_DIR`, else `~/.cache/earwitness`; none when there is neither. `variable` reads the environment.
pub fn cache_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("EARWITNESS_CACHE_DIR").or_else(|| Some(set("HOME")?.join(".cache/earwitness")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::cache_folder;

    #[track_caller]
    fn check(variables: &[(&str, &str)], folder: Option<&str>) {
        let variable = |asked: &str| variables.iter().find(|(name, _)| *name == asked).map(|(_, value)| value.into());
        assert_eq!(cache_folder(variable).as_deref(), folder.map(Path::new));
    }

    #[test]
    fn the_variable_wins_over_the_home_folder() {
        check(&[("EARWITNESS_CACHE_DIR", "/c"), ("HOME", "/h")], Some("/c"));
        check(&[("EARWITNESS_CACHE_DIR", ""), ("HOME", "/h")], Some("/h/.cache/earwitness"));
        check(&[], None);
    }
}
