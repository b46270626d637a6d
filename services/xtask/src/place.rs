//! Where things lie: the checkout, its target folder, the binary, and the cache of what is slow to build or fetch.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::Context;

/// The folders that commands work on.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The top of the checkout.
    pub(crate) root: PathBuf,
    /// `EARWITNESS_CACHE_DIR`, else `~/.cache/earwitness`; not made yet.
    pub(crate) cache: PathBuf,
}

impl Place {
    /// The checkout that cargo runs this program from, and the user's cache.
    pub(crate) fn find() -> anyhow::Result<Self> {
        // As cargo says now, not when this was built: a checkout may have been moved or copied with its target folder.
        let package = std::env::var_os("CARGO_MANIFEST_DIR").context("start this as `cargo xtask`")?;
        let root = Path::new(&package).ancestors().nth(2).context("xtask lies outside a checkout")?;
        Ok(Self { root: root.to_owned(), cache: cache_folder(|name| std::env::var_os(name))? })
    }

    /// Always inside the checkout, whatever `CARGO_TARGET_DIR` says: scripts find the binary there.
    pub(crate) fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// The product's binary.
    pub(crate) fn binary(&self) -> PathBuf {
        self.target().join("release/earwitness")
    }
}

/// The same rule as the binary's own.
fn cache_folder(variable: impl Fn(&str) -> Option<OsString>) -> anyhow::Result<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set("EARWITNESS_CACHE_DIR") {
        return std::path::absolute(folder).context("EARWITNESS_CACHE_DIR names no folder");
    }
    let home = set("HOME").context("no cache folder: set EARWITNESS_CACHE_DIR or HOME")?;
    Ok(home.join(".cache/earwitness"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Place, cache_folder};

    #[test]
    fn the_checkout_is_the_folder_with_the_workspace() {
        let place = Place::find().unwrap();
        assert!(place.root.join("rust-toolchain.toml").is_file(), "{}", place.root.display());
    }

    #[test]
    fn the_variable_wins_over_the_home_folder() {
        let both = |name: &str| Some(if name == "HOME" { "/h".into() } else { "/c".into() });
        assert_eq!(cache_folder(both).unwrap(), Path::new("/c"));
        let home = |name: &str| (name == "HOME").then(|| "/h".into());
        assert_eq!(cache_folder(home).unwrap(), Path::new("/h/.cache/earwitness"));
        assert!(cache_folder(|_| None).is_err());
    }
}
