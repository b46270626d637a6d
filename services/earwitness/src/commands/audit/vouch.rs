//! `audit vouch` and `audit checkpoint`: heads of the log signed by others, and handed out.

use std::path::{Path, PathBuf};

use anyhow::Context;
use ledger::{SignedCheckpoint, VerifyingKey};
use report::{Authority, Vouching, Witness};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use store::Store;

use crate::{
    answer::{Answer, BadInput, NotReady},
    clock::now,
    config::Config,
    instance::open_store,
};

/// Who vouches for the log, as the settings say.
pub(crate) fn vouching(config: &Config, store: Store) -> anyhow::Result<Vouching> {
    let settings = &config.audit;
    let witnesses = settings.witnesses.iter().map(|witness| {
        let key = VerifyingKey::parse(&witness.key)
            .with_context(|| BadInput(format!("audit.witnesses: {:?} is no C2SP vkey", witness.key)))?;
        Ok(Witness { key, url: witness.url.clone() })
    });
    let authority = (!settings.timestamp_url.is_empty()).then(|| {
        let roots = roots(&settings.timestamp_roots)?;
        anyhow::Ok(Authority { url: settings.timestamp_url.clone(), roots })
    });
    Ok(Vouching { store, witnesses: witnesses.collect::<anyhow::Result<_>>()?, authority: authority.transpose()? })
}

/// The certificates of a file: PEM, or one in DER.
pub(crate) fn roots(path: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let bytes = std::fs::read(path)
        .with_context(|| BadInput(format!("cannot read the certificates for time stamps in {:?}", path.display())))?;
    if bytes.first() == Some(&0x30) {
        return Ok(vec![bytes]);
    }
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let read = read.with_context(|| BadInput(format!("{} holds no certificates in PEM", path.display())))?;
    if read.is_empty() {
        return Err(BadInput(format!("{} holds no certificate", path.display())).into());
    }
    Ok(read.into_iter().map(|certificate| certificate.to_vec()).collect())
}

#[expect(clippy::print_stdout, reason = "the answer")]
pub(super) async fn vouch(config: &Config) -> anyhow::Result<Answer> {
    let store = open_store(config, "audit").await?;
    let vouching = vouching(config, store)?;
    if vouching.is_empty() {
        let hint = "nobody is named: set audit.witnesses or audit.timestamp_url, and see `earwitness config --check`";
        return Err(BadInput(hint.to_owned()).into());
    }
    eprintln!(
        "asking {} witnesses{}",
        vouching.witnesses.len(),
        vouching.authority.as_ref().map_or("", |_| " and an authority")
    );
    let round = vouching.round(now).await?;
    if round.is_empty() {
        return Err(NotReady("the audit log has no checkpoint yet: try again in a second".into()).into());
    }
    let (all, mut done) = (round.len(), 0);
    for (who, result) in round {
        match result {
            Ok(size) => {
                println!("{who}: {size} events");
                done += 1;
            }
            Err(error) => eprintln!("earwitness: {who}: {:#}", anyhow::Error::new(error)),
        }
    }
    Ok(match done {
        0 => Answer::No,
        _ if done < all => Answer::InPart,
        _ => Answer::Done,
    })
}

/// Where to write the head of the log.
#[derive(clap::Args)]
pub(super) struct CheckpointArguments {
    /// Where to write it; standard output if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Where to write a time stamp (RFC 3161 token): that of the last head that has one, which is printed as it was
    /// stamped, without cosignatures
    #[arg(long, value_name = "FILE")]
    stamp: Option<PathBuf>,
    /// The last head that somebody vouched for, not the very last
    #[arg(long)]
    vouched: bool,
}

#[expect(clippy::print_stdout, reason = "the answer")]
pub(super) async fn checkpoint(config: &Config, arguments: &CheckpointArguments) -> anyhow::Result<Answer> {
    let store = open_store(config, "audit").await?;
    let nobody = || NotReady("nobody has vouched for the log yet: see `earwitness audit vouch --help`".to_owned());
    let stamped = store.audit_stamped_up_to(None).await?;
    let size = match (&arguments.stamp, arguments.vouched) {
        (Some(_), _) => stamped,
        (None, true) => stamped.max(store.audit_cosigned_up_to(None).await?),
        (None, false) => i64::MAX.cast_unsigned(),
    };
    if size == 0 {
        return Err(nobody().into());
    }
    let row = store.audit_checkpoint_up_to(size).await?;
    let row = row.ok_or_else(|| NotReady("the audit log has no checkpoint yet: try again in a second".into()))?;
    // A stamp is over the note alone: with cosignatures appended it would be of other bytes.
    let most = if arguments.stamp.is_some() { 0 } else { 100 };
    let lines = store.audit_cosignatures(row.size, row.size, most).await?;
    let note: String = row.note + &lines.iter().map(|cosigned| cosigned.line.as_str()).collect::<String>();
    SignedCheckpoint::parse(note.as_bytes()).context("the last checkpoint cannot be read")?;
    let write = |path: &Path, bytes: &[u8]| {
        std::fs::write(path, bytes).with_context(|| BadInput(format!("cannot write {}", path.display())))
    };
    if let Some(path) = &arguments.stamp {
        let stamp = store.audit_stamps(row.size, row.size, 1).await?.pop().ok_or_else(nobody)?;
        write(path, &stamp.token)?;
    }
    match &arguments.out {
        None => print!("{note}"),
        Some(path) => write(path, note.as_bytes())?,
    }
    eprintln!("{} events, {} cosignatures", row.size, lines.len());
    Ok(Answer::Done)
}
