//! A witness by its specification, and a time-stamping authority by `openssl ts`, on loopback.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use ledger::{
    KeyKind, Note, SignedCheckpoint, SigningKey, VerifyingKey,
    merkle::{Hash, empty_root, verify_consistency},
};
use report::Witness;

use crate::cluster::at;

/// Answers a body sent to a path with a status and a body.
type Answer = dyn Fn(&str, &[u8]) -> (u16, Vec<u8>) + Send + Sync;

/// Serves one connection at a time, one request each, until dropped.
pub(crate) struct HttpServer {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl HttpServer {
    pub(crate) fn start(answer: impl Fn(&str, &[u8]) -> (u16, Vec<u8>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                // A client that leaves early is its own affair.
                let _ = stream.and_then(|stream| serve(&stream, &answer));
            }
        });
        Self { address, stop, thread: Some(thread) }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn serve(stream: &TcpStream, answer: &Answer) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let (status, reply) = answer(&path, &body);
    let mut out = stream;
    write!(out, "HTTP/1.1 {status} -\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", reply.len())?;
    out.write_all(&reply)
}

/// A witness of one log.
pub(crate) struct WitnessServer {
    server: HttpServer,
    key: SigningKey,
}

impl WitnessServer {
    pub(crate) fn start(log: VerifyingKey) -> Self {
        let key = || SigningKey::from_seed("w.example/1", KeyKind::Witness, &[5; 32]).unwrap();
        let (signs, state) = (key(), Mutex::new((0, empty_root())));
        let server = HttpServer::start(move |path, body| {
            assert_eq!(path, "/witness/add-checkpoint");
            add_checkpoint(&log, &signs, &mut state.lock().unwrap(), body)
        });
        Self { server, key: key() }
    }

    pub(crate) fn key(&self) -> VerifyingKey {
        self.key.public().clone()
    }

    pub(crate) fn as_witness(&self) -> Witness {
        Witness { key: self.key(), url: self.server.url("/witness/") }
    }
}

/// What C2SP tlog-witness has a witness do.
fn add_checkpoint(log: &VerifyingKey, key: &SigningKey, signed: &mut (u64, Hash), body: &[u8]) -> (u16, Vec<u8>) {
    let text = std::str::from_utf8(body).unwrap();
    let (head, note) = text.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let old: u64 = lines.next().and_then(|line| line.strip_prefix("old ")).unwrap().parse().unwrap();
    let proof: Vec<Hash> = lines.map(|line| STANDARD.decode(line).unwrap().try_into().unwrap()).collect();
    let checkpoint = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    if checkpoint.note().verify([log]).is_err() {
        return (403, Vec::new());
    }
    let (size, root) = (checkpoint.checkpoint().size(), *checkpoint.checkpoint().root());
    if old > size {
        return (400, Vec::new());
    }
    if old != signed.0 || (old == size && root != signed.1) {
        return (409, format!("{}\n", signed.0).into_bytes());
    }
    if verify_consistency(old, &signed.1, size, &root, &proof).is_err() {
        return (422, Vec::new());
    }
    *signed = (size, root);
    let mut cosigned = Note::new(checkpoint.note().text()).unwrap();
    cosigned.cosign(key, at(15)).unwrap();
    (200, cosigned.to_string().split_once("\n\n").unwrap().1.as_bytes().to_vec())
}

/// An authority, and the certificate that it descends from.
pub(crate) struct TestAuthority {
    pub(crate) server: HttpServer,
    /// In DER.
    pub(crate) root: PathBuf,
    pub(crate) root_pem: PathBuf,
}

const SETTINGS: &str = "[tsa]
default_tsa = it
[it]
serial = ./serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[stamps]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
";

/// Makes keys and certificates in `folder`, and stamps with them.
pub(crate) fn authority(folder: &Path) -> TestAuthority {
    fs::create_dir(folder).unwrap();
    fs::write(folder.join("cnf"), SETTINGS).unwrap();
    fs::write(folder.join("serial"), "01\n").unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -config cnf";
    openssl(folder, &format!("req -x509 {key} -subj /CN=Root -extensions root -days 2 -keyout root.key -out root.pem"));
    openssl(folder, &format!("req {key} -subj /CN=Stamps -keyout tsa.key -out tsa.csr"));
    openssl(
        folder,
        "x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -days 1 -extfile cnf -extensions stamps -out tsa.pem",
    );
    openssl(folder, "x509 -in root.pem -outform DER -out root.der");
    let here = folder.to_owned();
    let server = HttpServer::start(move |_, query| {
        fs::write(here.join("query"), query).unwrap();
        openssl(&here, "ts -reply -config cnf -queryfile query -signer tsa.pem -inkey tsa.key -out reply");
        (200, fs::read(here.join("reply")).unwrap())
    });
    TestAuthority { server, root: folder.join("root.der"), root_pem: folder.join("root.pem") }
}

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
}
