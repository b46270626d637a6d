//! A stand-in for the Transparency Database, version 1 of its interface: it refuses what the real one refuses, and fails
//! as the real one may.
//!
//! A few lines over a listener, as every fault wanted here (an answer that is lost, a connection cut before anything is
//! stored) is below what a web framework lets one do.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use report_formats::statement::check_document;
use serde_json::{Map, Value, json};

/// The token that it takes.
pub(crate) const TOKEN: &str = "the-token";

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// 429, with the seconds to wait.
    TooMany(u32),
    /// 500, and nothing is stored.
    Fails,
    /// 502, and everything is stored.
    FailsAfterwards,
    /// The connection is cut, and nothing is stored.
    CutBefore,
    /// The connection is cut, and everything is stored.
    CutAfterwards,
    /// Everything is stored, and the limit is used up for a minute.
    UsedUp,
    /// Everything is stored, and the answer takes so many milliseconds.
    Slow(u64),
    /// 200 with a page of some proxy, and nothing is stored.
    Page,
}

#[derive(Default)]
pub(crate) struct State {
    /// What is stored, by puid.
    pub(crate) stored: BTreeMap<String, Value>,
    /// Puids held for used though nothing was stored.
    pub(crate) held: BTreeSet<String>,
    /// What goes wrong next, call by call; then nothing.
    pub(crate) faults: VecDeque<Fault>,
    /// Sends a random fault with each call, from this number.
    pub(crate) random: Option<u64>,
    /// Calls that no client of ours should make: too many statements, a puid twice, no token.
    pub(crate) wrong_calls: u32,
    /// Calls with statements.
    pub(crate) calls: u32,
}

/// It listens until it is dropped.
pub(crate) struct StandIn {
    pub(crate) url: String,
    pub(crate) state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl StandIn {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (state, stop) = (Arc::new(Mutex::new(State::default())), Arc::new(AtomicBool::new(false)));
        let (of_thread, stopped) = (Arc::clone(&state), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let state = Arc::clone(&of_thread);
                // A call that is slow must not hold up the next.
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        Self { url, state, stop, thread: Some(thread) }
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap())
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.url.trim_start_matches("http://")));
        drop(self.thread.take().unwrap().join());
    }
}

struct Call {
    line: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

type Reply = (u16, &'static str, String);

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let Some(call) = read(&stream) else { return };
    let (fault, reply) = {
        let mut state = state.lock().unwrap();
        let fault = state.next_fault();
        let is_lost = matches!(fault, Fault::Fails | Fault::CutBefore | Fault::TooMany(_) | Fault::Page);
        let reply = if is_lost { (500, "", String::new()) } else { answer(&call, &mut state) };
        (fault, reply)
    };
    match fault {
        Fault::None => write(stream, &reply),
        Fault::TooMany(seconds) => {
            let header = format!("Retry-After: {seconds}\r\n");
            write(stream, &(429, header.leak(), "Too Many Attempts.".to_owned()));
        }
        Fault::Fails => write(stream, &(500, "", r#"{"message":"Server Error"}"#.to_owned())),
        Fault::FailsAfterwards => write(stream, &(502, "", "<html>Bad Gateway</html>".to_owned())),
        Fault::CutBefore | Fault::CutAfterwards => {}
        Fault::UsedUp => {
            let (status, _, body) = reply;
            write(stream, &(status, "X-RateLimit-Limit: 12000\r\nX-RateLimit-Remaining: 0\r\n", body));
        }
        Fault::Slow(millis) => {
            take_time(millis);
            write(stream, &reply);
        }
        Fault::Page => write(stream, &(503, "", "<html>down for maintenance</html>".to_owned())),
    }
}

#[expect(clippy::disallowed_methods, reason = "an answer that takes its time waits for no condition")]
fn take_time(millis: u64) {
    std::thread::sleep(Duration::from_millis(millis));
}

fn read(stream: &TcpStream) -> Option<Call> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Call { line: line.trim().to_owned(), headers, body })
}

fn write(mut stream: TcpStream, (status, headers, body): &Reply) {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n");
    // Whoever called may be gone.
    drop(stream.write_all(format!("{head}{body}").as_bytes()));
}

impl State {
    fn next_fault(&mut self) -> Fault {
        if let Some(fault) = self.faults.pop_front() {
            return fault;
        }
        let Some(random) = &mut self.random else { return Fault::None };
        *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        match (*random >> 33) % 100 {
            0..10 => Fault::TooMany(3),
            10..18 => Fault::Fails,
            18..24 => Fault::FailsAfterwards,
            24..30 => Fault::CutBefore,
            30..36 => Fault::CutAfterwards,
            36..40 => Fault::Page,
            _ => Fault::None,
        }
    }
}

fn answer(call: &Call, state: &mut State) -> Reply {
    if call.headers.get("accept").map(String::as_str) != Some("application/json") {
        state.wrong_calls += 1;
        return (302, "Location: /\r\n", String::new());
    }
    if call.headers.get("authorization").map(String::as_str) != Some(&format!("Bearer {TOKEN}")) {
        return (401, "", r#"{"message":"Unauthenticated."}"#.to_owned());
    }
    if let Some(rest) = call.line.strip_prefix("GET /api/v1/statement/existing-puid/") {
        let puid = rest.split(' ').next().unwrap();
        let is_used = state.stored.contains_key(puid) || state.held.contains(puid);
        let body = json!({ "message": "…", "puid": puid }).to_string();
        return if is_used { (302, "Location: /\r\n", body) } else { (404, "", body) };
    }
    if call.line.starts_with("POST /api/v1/statements ") {
        state.calls += 1;
        return store(&call.body, state);
    }
    (404, "", "<html>not found</html>".to_owned())
}

fn store(body: &[u8], state: &mut State) -> Reply {
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let statements = body["statements"].as_array().cloned().unwrap_or_default();
    if statements.is_empty() || statements.len() > 100 {
        state.wrong_calls += 1;
        let errors = json!({ "statements": ["The statements field must have between 1 and 100 items."] });
        return (422, "", json!({ "message": "…", "errors": errors }).to_string());
    }
    let mut errors = Map::new();
    for (index, statement) in statements.iter().enumerate() {
        let faults = check_document(statement.to_string().as_bytes()).faults;
        if let Some(fault) = faults.first() {
            let field = fault.pointer.trim_start_matches('/').to_owned();
            errors.insert(format!("statement_{index}"), json!({ field: [fault.message] }));
        }
    }
    if !errors.is_empty() {
        return (422, "", json!({ "errors": errors }).to_string());
    }
    let puids: Vec<String> = statements.iter().map(|one| one["puid"].as_str().unwrap().to_owned()).collect();
    if puids.iter().collect::<BTreeSet<_>>().len() < puids.len() {
        // The trap: what comes twice in a call is held for used, and nothing is stored.
        state.wrong_calls += 1;
        state.held.extend(puids.iter().cloned());
    }
    let is_used = |puid: &&String| state.stored.contains_key(*puid) || state.held.contains(*puid);
    let used: Vec<_> = puids.iter().filter(is_used).collect();
    if !used.is_empty() {
        let errors = json!({ "puid": ["The identifier given is not unique."], "existing_puids": used });
        return (422, "", json!({ "message": "…", "errors": errors }).to_string());
    }
    let mut answers = Vec::new();
    for (puid, mut statement) in puids.into_iter().zip(statements) {
        let uuid = format!("00000000-0000-0000-0000-{:012}", state.stored.len());
        statement["uuid"] = uuid.into();
        statement["created_at"] = "2026-09-13 08:00:00".into();
        statement["permalink"] = format!("https://example.org/statement/{puid}").into();
        answers.push(statement.clone());
        state.stored.insert(puid, statement);
    }
    (201, "", json!({ "statements": answers }).to_string())
}
