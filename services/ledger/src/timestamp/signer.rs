//! Who signed a timestamp, and whether it did: CMS (RFC 5652) with the rules of RFC 3161, section 2.4.2.

use chrono::{DateTime, Utc};
use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Any, Decode, Encode};
use rustls_pki_types::{CertificateDer, UnixTime};
use sha1::{Digest, Sha1};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectKeyIdentifier};

use super::asn1::{SHA_256, SigningCertificate};
use super::{TimestampError, digest, form};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const SUBJECT_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");

/// A token taken apart: one content, one signer, its certificate and those above it.
pub(super) struct Signed {
    content: Any,
    signer: SignerInfo,
    certificate: Certificate,
    others: Vec<Certificate>,
}

impl Signed {
    pub(super) fn read(token: &[u8]) -> Result<Self, TimestampError> {
        let lacks = |what| TimestampError::Lacks { what };
        let outer = ContentInfo::from_der(token).map_err(form("token"))?;
        if outer.content_type != SIGNED_DATA {
            return Err(lacks("signed data"));
        }
        let data: SignedData = outer.content.decode_as().map_err(form("signed data"))?;
        let content = data.encap_content_info.econtent.filter(|_| data.encap_content_info.econtent_type == TST_INFO);
        let content = content.ok_or(lacks("stamp"))?;
        let [signer] = data.signer_infos.0.as_slice() else { return Err(lacks("one signer")) };
        let mut others: Vec<_> =
            data.certificates.into_iter().flat_map(|set| set.0.into_vec()).filter_map(plain).collect();
        let place = others.iter().position(|certificate| is_of(&signer.sid, certificate));
        let certificate = others.swap_remove(place.ok_or(lacks("certificate"))?);
        Ok(Self { content, signer: signer.clone(), certificate, others })
    }

    /// The stamp, in DER.
    pub(super) fn content(&self) -> &[u8] {
        self.content.value()
    }

    /// Checks everything but the stamp itself and gives the signer's name.
    pub(super) fn verify(&self, at: DateTime<Utc>, roots: &[impl AsRef<[u8]>]) -> Result<String, TimestampError> {
        let authority = self.certificate.tbs_certificate.subject.to_string();
        let encoded = self.certificate.to_der().map_err(form("certificate"))?;
        let forged = || TimestampError::Forged { authority: authority.clone() };
        let untrusted = |source| TimestampError::Untrusted { authority: authority.clone(), source };

        let stated: OctetString = self.attribute(MESSAGE_DIGEST, "message digest")?;
        if self.attribute::<ObjectIdentifier>(CONTENT_TYPE, "content type")? != TST_INFO
            || stated.as_bytes() != digest(self.signer.digest_alg.oid, self.content())?
        {
            return Err(forged());
        }
        self.check_certificate_id(&encoded)?;
        if !is_for_timestamps_alone(&self.certificate) {
            return Err(TimestampError::Purpose { authority });
        }
        let encoded = CertificateDer::from(encoded);
        let end = EndEntityCert::try_from(&encoded).map_err(untrusted)?;
        let message = self.signer.signed_attrs.to_der().map_err(form("signed attributes"))?;
        let signature = self.signer.signature.as_bytes();
        // Any of the algorithms will do: each hashes with SHA-2 and is bound to the kind of the key.
        if !ALL_VERIFICATION_ALGS.iter().any(|kind| end.verify_signature(*kind, &message, signature).is_ok()) {
            return Err(forged());
        }
        self.check_chain(&end, at, roots)?.map_err(untrusted)?;
        Ok(authority)
    }

    fn check_chain(
        &self,
        end: &EndEntityCert<'_>,
        at: DateTime<Utc>,
        roots: &[impl AsRef<[u8]>],
    ) -> Result<Result<(), webpki::Error>, TimestampError> {
        let encode = |certificate: &Certificate| certificate.to_der().map(CertificateDer::from);
        let between: Vec<_> = self.others.iter().map(encode).collect::<Result<_, _>>().map_err(form("certificate"))?;
        let roots: Vec<_> = roots.iter().map(|root| CertificateDer::from(root.as_ref())).collect();
        let chain = || {
            let anchors = roots.iter().map(anchor_from_trusted_cert).collect::<Result<Vec<_>, _>>()?;
            let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
            let when = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
            // The purpose of the signer's own certificate was checked before; those above it may have none.
            let usage = KeyUsage::required_if_present(TIME_STAMPING_BYTES);
            end.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &between, when, usage, None, None).map(|_| ())
        };
        Ok(chain())
    }

    /// RFC 3161 wants the signature to cover a hash of the signer's certificate.
    fn check_certificate_id(&self, certificate: &[u8]) -> Result<(), TimestampError> {
        let what = "signing certificate";
        let newer = self.attribute::<SigningCertificate>(SIGNING_CERTIFICATE_V2, what);
        let (named, is_newer) = match newer {
            Err(TimestampError::Lacks { .. }) => (self.attribute(SIGNING_CERTIFICATE, what)?, false),
            named => (named?, true),
        };
        let first = named.certificates.first().ok_or(TimestampError::Lacks { what })?;
        let algorithm = first.algorithm.as_ref().map_or(SHA_256, |algorithm| algorithm.oid);
        let hash = if is_newer { digest(algorithm, certificate)? } else { Sha1::digest(certificate).to_vec() };
        if first.hash.as_bytes() == hash { Ok(()) } else { Err(TimestampError::OtherCertificate) }
    }

    /// The only value of the only signed attribute of this kind.
    fn attribute<T>(&self, oid: ObjectIdentifier, what: &'static str) -> Result<T, TimestampError>
    where
        T: for<'a> Decode<'a>,
    {
        let mut kept = self.signer.signed_attrs.iter().flat_map(|set| set.iter()).filter(|one| one.oid == oid);
        let (Some(attribute), None) = (kept.next(), kept.next()) else {
            return Err(TimestampError::Lacks { what });
        };
        let [value] = attribute.values.as_slice() else { return Err(TimestampError::Lacks { what }) };
        value.to_der().and_then(|bytes| T::from_der(&bytes)).map_err(form(what))
    }
}

/// The bytes of [`TIME_STAMPING`], as `webpki` takes them.
const TIME_STAMPING_BYTES: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

fn plain(choice: CertificateChoices) -> Option<Certificate> {
    match choice {
        CertificateChoices::Certificate(certificate) => Some(certificate),
        CertificateChoices::Other(_) => None,
    }
}

fn is_of(sid: &SignerIdentifier, certificate: &Certificate) -> bool {
    let inner = &certificate.tbs_certificate;
    match sid {
        SignerIdentifier::IssuerAndSerialNumber(named) => {
            named.issuer == inner.issuer && named.serial_number == inner.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(named) => {
            let extension = inner.extensions.iter().flatten().find(|extension| extension.extn_id == SUBJECT_KEY_ID);
            let id = extension.map(|extension| SubjectKeyIdentifier::from_der(extension.extn_value.as_bytes()));
            id.is_some_and(|id| id.is_ok_and(|id| id == *named))
        }
    }
}

/// RFC 3161, 2.3: the purpose is there once, critical, and the only one.
fn is_for_timestamps_alone(certificate: &Certificate) -> bool {
    let mut extensions = certificate.tbs_certificate.extensions.iter().flatten();
    extensions.find(|extension| extension.extn_id == EXTENDED_KEY_USAGE).is_some_and(|extension| {
        let purposes = ExtendedKeyUsage::from_der(extension.extn_value.as_bytes());
        extension.critical && purposes.is_ok_and(|purposes| purposes.0 == [TIME_STAMPING])
    })
}
