//! A server that says what a test wants it to say.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Method and path with query, not decoded.
    pub line: String,
    /// Headers in lower case.
    pub headers: String,
    /// What came with it.
    pub body: String,
}

/// An answer as it goes over the wire; empty: the connection is closed without any.
pub type Says = Vec<u8>;

/// A server on a port of its own. Its thread ends with the test's process.
pub struct Fake {
    /// Its address.
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// How it is talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Plain,
    /// Behind TLS, with a certificate that only [`AUTHORITY`] vouches for.
    Tls,
    /// As the proxy on the way to such a server, whatever its name.
    Proxy,
}

/// The authority that has signed the certificate of these servers.
pub const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/ca.pem");

impl Fake {
    /// A server that answers the n-th request so.
    pub fn new(says: impl Fn(usize, &Asked) -> Says + Send + 'static) -> Self {
        Self::at(Way::Plain, says)
    }

    /// The same behind TLS, with a certificate that only [`AUTHORITY`] vouches for.
    pub fn secret(says: impl Fn(usize, &Asked) -> Says + Send + 'static) -> Self {
        Self::at(Way::Tls, says)
    }

    /// A proxy that is such a server at the same time. What it was asked begins with the name
    /// of the server that was wanted.
    pub fn proxy(says: impl Fn(usize, &Asked) -> Says + Send + 'static) -> Self {
        Self::at(Way::Proxy, says)
    }

    fn at(way: Way, says: impl Fn(usize, &Asked) -> Says + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let scheme = if way == Way::Tls { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = asked.clone();
        let tls = (way != Way::Plain).then(certified);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else {
                    return;
                };
                let mut answer = |asked: Asked| {
                    let mut kept = kept.lock().unwrap();
                    kept.push(asked.clone());
                    says(kept.len() - 1, &asked)
                };
                let wanted = match way {
                    Way::Proxy => connected(&mut stream),
                    _ => Some(String::new()),
                };
                let _ = match (&tls, wanted) {
                    (_, None) => Ok(()),
                    (None, _) => serve(stream, "", &mut answer),
                    (Some(tls), Some(wanted)) => {
                        let tls = ServerConnection::new(tls.clone()).unwrap();
                        serve(StreamOwned::new(tls, stream), &wanted, &mut answer)
                    }
                };
            }
        });
        Self { url, asked }
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// Reads one request and answers it.
fn serve(
    mut stream: impl Read + Write,
    wanted: &str,
    answer: &mut impl FnMut(Asked) -> Says,
) -> std::io::Result<()> {
    let Some(mut asked) = read(&mut stream) else {
        return Ok(());
    };
    asked.line.insert_str(0, wanted);
    stream.write_all(&answer(asked))?;
    stream.flush()
}

/// The name of the server to which a client wants to be put through.
fn connected(stream: &mut TcpStream) -> Option<String> {
    let line = read(stream)?.line;
    let wanted = line.strip_prefix("CONNECT ")?;
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    Some(format!("{wanted} "))
}

fn certified() -> Arc<ServerConfig> {
    let folder = Path::new(AUTHORITY).parent().unwrap();
    let chain = CertificateDer::from_pem_file(folder.join("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![chain], key);
    Arc::new(config.unwrap())
}

fn read(stream: &mut impl Read) -> Option<Asked> {
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
    let body = String::from_utf8_lossy(&body).into_owned();
    Some(Asked {
        line,
        headers,
        body,
    })
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
