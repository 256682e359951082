//! Stands between a client and a real server and does, by seed, what networks and servers do at
//! their worst. It knows which requests the server has carried out although no answer came.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What is done to one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Nothing.
    None,
    /// The request never arrives.
    LostBefore,
    /// The server carries it out; its answer never arrives.
    LostAfter,
    /// The answer ends in the middle.
    Cut,
    /// The answer comes a few bytes at a time.
    Drip,
    /// "Too many requests", with a time to wait.
    TooMany,
    /// A server error before anything was done.
    Broken,
    /// A server error after it was done.
    BrokenAfter,
    /// A gateway's own page.
    Gateway,
    /// An answer that stops being JSON half way.
    Truncated,
    /// JSON that means nothing, or harm.
    Hostile,
}

const FAULTS: [Fault; 10] = [
    Fault::LostBefore,
    Fault::LostAfter,
    Fault::Cut,
    Fault::Drip,
    Fault::TooMany,
    Fault::Broken,
    Fault::BrokenAfter,
    Fault::Gateway,
    Fault::Truncated,
    Fault::Hostile,
];

/// How the proxy behaves from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Hands everything on.
    Fair,
    /// One exchange in so many suffers a fault.
    Foul(u64),
    /// Nobody gets through.
    Offline,
}

struct Within {
    server: String,
    mood: Mutex<Mood>,
    dice: AtomicU64,
    requests: AtomicU64,
    bytes: AtomicU64,
    faults: Mutex<Vec<Fault>>,
    over: AtomicBool,
}

/// The proxy; it ends when dropped.
pub struct Proxy {
    within: Arc<Within>,
    address: String,
}

impl Proxy {
    /// In front of that server (`host:port`), with that seed.
    pub fn before(server: &str, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let within = Arc::new(Within {
            server: server.to_owned(),
            mood: Mutex::new(Mood::Fair),
            dice: AtomicU64::new(seed),
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            faults: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let own = Arc::clone(&within);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if own.over.load(Ordering::SeqCst) {
                    return;
                }
                let own = Arc::clone(&own);
                let Ok(stream) = stream else { continue };
                // A client that goes away in the middle is no fault of ours.
                std::thread::spawn(move || drop(own.serve(&stream)));
            }
        });
        Self { within, address }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on.
    pub fn be(&self, mood: Mood) {
        *self.within.mood.lock().unwrap() = mood;
    }

    /// Exchanges so far, and bytes of answers.
    pub fn traffic(&self) -> (u64, u64) {
        let of = |n: &AtomicU64| n.load(Ordering::SeqCst);
        (of(&self.within.requests), of(&self.within.bytes))
    }

    /// The faults done so far.
    pub fn faults(&self) -> Vec<Fault> {
        self.within.faults.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.within.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(&self.address));
    }
}

/// A whole request or answer: its head and its body.
struct Part {
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Within {
    fn roll(&self) -> u64 {
        let mut x = self.dice.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn fault(&self) -> Option<Fault> {
        let mood = *self.mood.lock().unwrap();
        Some(match mood {
            Mood::Offline => return None,
            Mood::Fair => Fault::None,
            Mood::Foul(one_in) if self.roll().is_multiple_of(one_in) => {
                let n = self.roll() % FAULTS.len() as u64;
                FAULTS[usize::try_from(n).unwrap()]
            }
            Mood::Foul(_) => Fault::None,
        })
    }

    /// One exchange a connection: it is said so to the client.
    fn serve(&self, client: &TcpStream) -> std::io::Result<()> {
        client.set_read_timeout(Some(Duration::from_secs(60)))?;
        let Some(request) = read(client, false)? else {
            return Ok(());
        };
        let Some(fault) = self.fault() else {
            return client.shutdown(Shutdown::Both);
        };
        self.requests.fetch_add(1, Ordering::SeqCst);
        if fault != Fault::None {
            self.faults.lock().unwrap().push(fault);
        }
        let page = |status: &str, more: &str, body: &str| {
            format!(
                "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{more}\r\n{body}",
                body.len()
            )
        };
        match fault {
            Fault::LostBefore => return client.shutdown(Shutdown::Both),
            Fault::TooMany => {
                let wait = page("429 Too Many Requests", "Retry-After: 3\r\n", "");
                return self.answer(client, wait.as_bytes());
            }
            Fault::Broken => {
                let json = "Content-Type: application/json\r\n";
                let broken = page("500 Internal Server Error", json, "");
                return self.answer(client, broken.as_bytes());
            }
            Fault::Gateway => {
                let html = "Content-Type: text/html\r\n";
                let body = "<html><body><h1>502 Bad Gateway</h1></body></html>";
                return self.answer(client, page("502 Bad Gateway", html, body).as_bytes());
            }
            _ => {}
        }
        let mut answer = self.forward(&request)?;
        match fault {
            Fault::LostAfter => return client.shutdown(Shutdown::Both),
            Fault::BrokenAfter => {
                let broken = page("500 Internal Server Error", "", "");
                return self.answer(client, broken.as_bytes());
            }
            Fault::Truncated => {
                let half = answer.body.len() / 2;
                answer.body.truncate(half);
            }
            Fault::Hostile => {
                answer.body = match self.roll() % 3 {
                    0 => b"[".repeat(100_000),
                    1 => br#"{"items":[{"id":"\u0000\u001b[2J","type":[]}],"pages":1e400,"total":-1}"#.to_vec(),
                    _ => b"{\"items\":{},\"id\":{},\"Status\":7,\"message\":[null]}".to_vec(),
                };
            }
            _ => {}
        }
        let whole = answer.whole();
        match fault {
            Fault::Cut => {
                let at = usize::try_from(self.roll()).unwrap_or(usize::MAX) % whole.len().max(1);
                self.answer(client, &whole[..at])
            }
            Fault::Drip => {
                for bytes in whole.chunks(whole.len().div_ceil(8).max(1)) {
                    self.answer(client, bytes)?;
                    std::thread::yield_now();
                }
                Ok(())
            }
            _ => self.answer(client, &whole),
        }
    }

    fn answer(&self, mut client: &TcpStream, bytes: &[u8]) -> std::io::Result<()> {
        let sent = u64::try_from(bytes.len()).unwrap();
        self.bytes.fetch_add(sent, Ordering::SeqCst);
        client.write_all(bytes)?;
        client.flush()
    }

    fn forward(&self, request: &Part) -> std::io::Result<Part> {
        let mut server = TcpStream::connect(&self.server)?;
        server.write_all(&request.whole())?;
        let none = || std::io::Error::other("the server said nothing");
        read(&server, true)?.ok_or_else(none)
    }
}

impl Part {
    /// As it goes over the wire: one exchange a connection, the length as it is.
    fn whole(&self) -> Vec<u8> {
        let head = String::from_utf8_lossy(&self.head);
        let keep = |line: &&str| {
            let name = line.split(':').next().unwrap_or("").to_lowercase();
            !matches!(
                name.as_str(),
                "connection" | "content-length" | "transfer-encoding" | "keep-alive"
            )
        };
        let mut lines = head.split("\r\n").filter(|l| !l.is_empty()).filter(keep);
        let mut out = format!("{}\r\n", lines.next().unwrap_or("")).into_bytes();
        for line in lines {
            out.extend(format!("{line}\r\n").bytes());
        }
        out.extend(
            format!(
                "Connection: close\r\nContent-Length: {}\r\n\r\n",
                self.body.len()
            )
            .bytes(),
        );
        out.extend(&self.body);
        out
    }
}

/// Reads a head and the body that it announces; an answer without a length goes to the end.
fn read(stream: &TcpStream, to_the_end: bool) -> std::io::Result<Option<Part>> {
    let mut from = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let before = head.len();
        if from.read_until(b'\n', &mut head)? == 0 {
            return Ok(None);
        }
        if head[before..] == *b"\r\n" {
            break;
        }
    }
    let text = String::from_utf8_lossy(&head).to_lowercase();
    let header = |name: &str| {
        let mut lines = text.split("\r\n");
        lines.find_map(|l| l.strip_prefix(name)?.strip_prefix(':').map(str::trim))
    };
    let mut body = Vec::new();
    if header("transfer-encoding").is_some_and(|t| t.contains("chunked")) {
        loop {
            let mut size = String::new();
            from.read_line(&mut size)?;
            let size = usize::from_str_radix(size.trim(), 16).map_err(std::io::Error::other)?;
            let mut chunk = vec![0; size + 2];
            from.read_exact(&mut chunk)?;
            if size == 0 {
                break;
            }
            body.extend(&chunk[..size]);
        }
    } else if let Some(length) = header("content-length") {
        body = vec![0; length.parse().map_err(std::io::Error::other)?];
        from.read_exact(&mut body)?;
    } else if to_the_end && !text.starts_with("http/1.1 304") && !text.starts_with("http/1.1 204") {
        from.read_to_end(&mut body)?;
    }
    Ok(Some(Part { head, body }))
}
