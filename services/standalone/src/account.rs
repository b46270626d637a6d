//! Whom Postgres runs as: never root, which it refuses.
//!
//! As root the rights are dropped in the child by `setuid`; no sudo or runuser is needed. The account must have an entry
//! in the user database and must be able to enter every folder on the way.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use nix::unistd::{Uid, User, geteuid};

/// No account, or one that cannot reach the folder.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// There is neither `postgres` nor `nobody`.
    #[error("Postgres does not run as root, and there is no user postgres or nobody to run it as")]
    NoAccount,
    /// The data belong to somebody without an entry, or to somebody else than us.
    #[error("{} belongs to user {owner}, and user {we} cannot run Postgres on it", path.display())]
    WrongOwner {
        /// The cluster's folder.
        path: PathBuf,
        /// Its owner's user id.
        owner: u32,
        /// Our user id.
        we: u32,
    },
    /// A folder on the way is closed to the account.
    #[error(
        "user {account}, whom Postgres runs as, cannot enter {}: choose another data folder, or open it with `chmod o+x`",
        folder.display()
    )]
    Impassable {
        /// The account's name.
        account: String,
        /// The folder that it cannot enter.
        folder: PathBuf,
    },
    /// The folder cannot be looked at.
    #[error("cannot look at {}", path.display())]
    Look {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// An unprivileged account to drop to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// The account for the cluster in `data`: its owner where it is there, else `postgres`, else `nobody`. None when
    /// we are not root, and so run it as ourselves.
    pub(crate) fn choose(data: &Path) -> Result<Option<Self>, AccountError> {
        let we = geteuid();
        let owner = match fs::metadata(data) {
            Ok(found) => Some(found.uid()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(AccountError::Look { path: data.to_owned(), source }),
        };
        let wrong = |owner| AccountError::WrongOwner { path: data.to_owned(), owner, we: we.as_raw() };
        match owner {
            Some(owner) if !we.is_root() && owner != we.as_raw() => Err(wrong(owner)),
            _ if !we.is_root() => Ok(None),
            Some(owner) if owner == 0 => Err(wrong(owner)),
            Some(owner) => match User::from_uid(Uid::from_raw(owner)) {
                Ok(Some(user)) => Ok(Some(user.into())),
                Ok(None) | Err(_) => Err(wrong(owner)),
            },
            None => {
                let named = |name| User::from_name(name).ok().flatten();
                let user = named("postgres").or_else(|| named("nobody")).ok_or(AccountError::NoAccount)?;
                Ok(Some(user.into()))
            }
        }
    }

    /// Checks that the account can enter `folder` and each of its parents, and names the first that it cannot.
    pub(crate) fn check_can_enter(&self, folder: &Path) -> Result<(), AccountError> {
        let mut on_the_way: Vec<&Path> = folder.ancestors().collect();
        on_the_way.reverse();
        for step in on_the_way {
            let found = fs::metadata(step).map_err(|source| AccountError::Look { path: step.to_owned(), source })?;
            let bit = if found.uid() == self.uid {
                0o100
            } else if found.gid() == self.gid {
                0o010
            } else {
                0o001
            };
            if found.mode() & bit == 0 {
                return Err(AccountError::Impassable { account: self.name.clone(), folder: step.to_owned() });
            }
        }
        Ok(())
    }
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::{Account, AccountError};

    #[test]
    fn the_folder_that_bars_the_way_is_named() {
        let temporary = tempfile::tempdir().unwrap();
        let open = |path: &std::path::Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let closed = temporary.path().join("closed");
        let inner = closed.join("inner");
        fs::create_dir_all(&inner).unwrap();
        open(temporary.path(), 0o755);
        open(&inner, 0o755);
        let somebody = Account { name: "somebody".into(), uid: 54_321, gid: 54_321 };
        open(&closed, 0o700);
        match somebody.check_can_enter(&inner) {
            Err(AccountError::Impassable { folder, .. }) => assert_eq!(folder, closed),
            other => panic!("{other:?}"),
        }
        open(&closed, 0o711);
        somebody.check_can_enter(&inner).unwrap();
    }
}
