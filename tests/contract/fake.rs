//! A server that says what a test wants it to say.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Method and path with query, not decoded.
    pub line: String,
    /// Headers in lower case.
    pub headers: String,
}

/// An answer as it goes over the wire; empty: the connection is closed without any.
pub type Says = Vec<u8>;

/// A server on a port of its own. Its thread ends with the test's process.
pub struct Fake {
    /// Its address.
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    /// A server that answers the n-th request so.
    pub fn new(says: impl Fn(usize, &Asked) -> Says + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else {
                    return;
                };
                let Some(asked) = read(&stream) else {
                    continue;
                };
                let n = {
                    let mut kept = kept.lock().unwrap();
                    kept.push(asked.clone());
                    kept.len() - 1
                };
                let _ = stream.write_all(&says(n, &asked));
            }
        });
        Self { url, asked }
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let headers = lines[1..].join("\n").to_lowercase();
    let length = headers
        .lines()
        .find_map(|l| l.strip_prefix("content-length:"))
        .and_then(|n| n.trim().parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let line = lines[0].trim_end_matches(" HTTP/1.1").to_owned();
    Some(Asked { line, headers })
}

/// An answer with a status, further headers and a body.
pub fn says(status: &str, headers: &[&str], body: &str) -> Says {
    let mut all = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n",
        body.len()
    );
    for header in headers {
        all.push_str(header);
        all.push_str("\r\n");
    }
    all.push_str("\r\n");
    all.push_str(body);
    all.into_bytes()
}

/// An answer in JSON.
pub fn json(body: &serde_json::Value) -> Says {
    says(
        "200 OK",
        &["Content-Type: application/json"],
        &body.to_string(),
    )
}
