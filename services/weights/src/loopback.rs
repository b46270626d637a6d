//! A web server on the loopback for tests: each connection gets the next scripted answer, the last one repeats.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

#[derive(Clone)]
pub(crate) enum Answer {
    /// Honours a range.
    Ranged(Vec<u8>),
    /// Honours a range, and closes the connection after so many bytes of the body.
    BreaksOff(Vec<u8>, usize),
    /// Sends all of it whatever range was asked for.
    Whole(Vec<u8>),
    Status(u16),
}

pub(crate) struct Loopback {
    /// Without a slash at the end.
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Loopback {
    pub(crate) fn serve(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        // Ends with the test process: it holds nothing but a socket.
        std::thread::spawn(move || {
            let mut answers = answers.into_iter().peekable();
            let mut answer = answers.next().unwrap();
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let range = read_range(&stream);
                seen.lock().unwrap().push(range.map_or_else(String::new, |first| format!("bytes={first}-")));
                respond(stream, &answer, range);
                answer = answers.next().unwrap_or(answer);
            }
        });
        Self { url, requests }
    }

    /// The range header of each request so far, empty where there was none.
    pub(crate) fn ranges(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn read_range(stream: &TcpStream) -> Option<usize> {
    let mut range = None;
    for line in BufReader::new(stream).lines() {
        let line = line.unwrap().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(wanted) = line.strip_prefix("range: bytes=") {
            range = Some(wanted.trim_end_matches('-').parse().unwrap());
        }
    }
    range
}

fn respond(mut stream: TcpStream, answer: &Answer, range: Option<usize>) {
    let (body, send) = match answer {
        Answer::Status(status) => {
            write!(stream, "HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            return;
        }
        Answer::Ranged(body) | Answer::Whole(body) => (body, body.len()),
        Answer::BreaksOff(body, send) => (body, *send),
    };
    let first = range.filter(|_| !matches!(answer, Answer::Whole(_)));
    let (head, from) = match first {
        Some(first) => {
            (format!("206 Partial\r\nContent-Range: bytes {first}-{}/{}", body.len() - 1, body.len()), first)
        }
        None => ("200 OK".to_owned(), 0),
    };
    let rest = &body[from..];
    write!(stream, "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", rest.len()).unwrap();
    // A client that has enough may hang up first.
    let _ = stream.write_all(&rest[..send.min(rest.len())]);
}
