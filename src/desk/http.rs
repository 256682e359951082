//! One thin client over HTTP for desks that are asked over a network: limits, proxies,
//! certificates, and one place where a failure becomes a [`DeskError`].

use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Certificate, Client, Method, RequestBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;

use super::{Answer, DeskError, ErrorKind};
use crate::domain::Instant;
use crate::domain::text::Untrusted;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest wait for a whole answer.
const WHOLE: Duration = Duration::from_secs(60);
/// Longest wait where files are on their way.
pub const SLOW: Duration = Duration::from_secs(300);
/// Idle connections are given up before servers do it: some close them after one second,
/// and a write on a connection that was just closed leaves its fate unknown.
const IDLE: Duration = Duration::from_millis(700);
/// Largest answer in bytes that is read.
const MOST: usize = 64 * 1024 * 1024;
/// Longest excerpt in characters of what a server says about a failure.
const EXCERPT: usize = 300;

/// A client for one server.
#[derive(Debug)]
pub struct Http {
    client: Client,
    base: String,
    host: String,
    requests: AtomicU64,
    bytes: AtomicU64,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The server's clock; none where it does not tell.
    pub date: Option<Instant>,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Http {
    /// A client for the server at that address. Paths are put behind it.
    ///
    /// # Errors
    /// The address is none, or the file with certificate authorities cannot be read.
    pub fn new(base: &str, ca_file: Option<&Path>) -> Answer<Self> {
        // The second installation fails, and has nothing left to do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = address(base)?;
        let mut builder = Client::builder()
            .user_agent(concat!("deskhand/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .pool_idle_timeout(IDLE);
        if let Some(path) = ca_file {
            builder = builder.tls_certs_merge(authorities(path)?);
        }
        let client = builder
            .build()
            .map_err(|e| setup(format!("the connection cannot be set up: {}", chain(&e))))?;
        Ok(Self {
            client,
            host: named(&url),
            base: url.as_str().trim_end_matches('/').to_owned(),
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        })
    }

    /// Where a path below the address is.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Begins a request for a path below the address.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.at(path))
    }

    /// Sends a request and reads the whole answer, whatever its status. A GET whose connection
    /// was closed before any answer is sent once more; anything else is sent once.
    ///
    /// # Errors
    /// Unreachable; an answer that is too large or ends too early is odd.
    pub async fn send(&self, request: RequestBuilder) -> Answer<Reply> {
        let request = request.build().map_err(|e| self.unreachable(&e))?;
        let again = match *request.method() {
            Method::GET => request.try_clone(),
            _ => None,
        };
        self.requests.fetch_add(1, Ordering::Relaxed);
        let answer = match (self.client.execute(request).await, again) {
            (Err(e), Some(again)) if was_closed(&e) => {
                self.requests.fetch_add(1, Ordering::Relaxed);
                self.client.execute(again).await
            }
            (answer, _) => answer,
        };
        self.read(answer.map_err(|e| self.unreachable(&e))?).await
    }

    async fn read(&self, mut response: reqwest::Response) -> Answer<Reply> {
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(part)) => body.extend_from_slice(&part),
                Ok(None) => break,
                Err(e) if e.is_timeout() => return Err(self.unreachable(&e)),
                Err(_) => return Err(odd("the answer ended before it was complete")),
            }
            if body.len() > MOST {
                let most = MOST / 1024 / 1024;
                return Err(odd(format!("the answer is larger than {most} MB")));
            }
        }
        let read = u64::try_from(body.len()).unwrap_or(u64::MAX);
        self.bytes.fetch_add(read, Ordering::Relaxed);
        let headers = response.headers().clone();
        Ok(Reply {
            status: response.status(),
            date: text_of(&headers, &header::DATE).and_then(http_date),
            headers,
            body,
        })
    }

    /// How many requests were sent and how many bytes of answers were read, since the start.
    pub fn traffic(&self) -> (u64, u64) {
        (
            self.requests.load(Ordering::Relaxed),
            self.bytes.load(Ordering::Relaxed),
        )
    }

    fn unreachable(&self, e: &reqwest::Error) -> DeskError {
        let host = &self.host;
        let (what, hint) = match trouble(e) {
            Trouble::Name => (
                format!("the name {host} was not found"),
                "check the address and the network",
            ),
            Trouble::Closed => (
                format!("{host} refused the connection"),
                "check that the desk is running and the port is right",
            ),
            Trouble::Certificate => (
                format!("the TLS certificate of {host} is not trusted"),
                "if the desk has a certificate authority of its own, name its PEM file as ca-file below [desk] in config.toml; else ask whoever keeps the desk",
            ),
            Trouble::Late => (
                format!("{host} did not answer in time"),
                "it is tried again later",
            ),
            Trouble::Other => (
                format!("{host} could not be reached: {}", chain(e)),
                "it is tried again later",
            ),
        };
        error(ErrorKind::Unreachable, what, Some(hint))
    }
}

impl Reply {
    /// Whether the status is one of success.
    pub fn is_fine(&self) -> bool {
        self.status.is_success()
    }

    /// Whether it says that we are not signed in: some servers say so by sending us elsewhere.
    pub fn wants_sign_in(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED || self.status.is_redirection()
    }

    /// A header's value.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        text_of(&self.headers, name)
    }

    /// The cookies it sets, as `name=value`.
    pub fn cookies(&self) -> impl Iterator<Item = &str> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|v| v.to_str().ok())
            .filter_map(|v| v.split(';').next())
            .map(str::trim)
    }

    /// The body as it came.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// The status is none of success ([`Self::failure`]), or it is not what was expected: odd.
    pub fn json<T: DeserializeOwned>(&self, now: Instant) -> Answer<T> {
        if !self.is_fine() {
            return Err(self.failure(now));
        }
        serde_json::from_slice(&self.body).map_err(|e| {
            if self.is_page() {
                return odd("it answered with a web page; check that the address is the desk's");
            }
            odd(format!("its answer is not understood: {e}"))
        })
    }

    /// The failure that the status means.
    pub fn failure(&self, now: Instant) -> DeskError {
        let code = self.status.as_u16();
        let said = self.said();
        let with = |what: &str| match &said {
            Some(said) => format!("{what}: {said}"),
            None => what.to_owned(),
        };
        match code {
            _ if self.wants_sign_in() => error(
                ErrorKind::SignIn,
                "the desk does not accept our sign-in",
                Some("check the token, or the name and password"),
            ),
            429 | 503 => DeskError {
                retry_at: self.retry_at(now),
                ..error(
                    ErrorKind::TooMany,
                    format!("the desk wants to be left alone for a while (HTTP {code})"),
                    None,
                )
            },
            403 => refused(with("the desk does not allow it")),
            404 => refused(with("the desk does not have it")),
            412 => error(
                ErrorKind::Conflict,
                "somebody changed the ticket in the meantime",
                None,
            ),
            500.. => odd(with(&format!("the desk failed (HTTP {code})"))),
            400..=499 => refused(with("the desk refused it")),
            _ => odd(format!("the desk answered with HTTP {code}")),
        }
    }

    /// What the server says in the body, shortened.
    fn said(&self) -> Option<String> {
        if self.is_page() {
            return None;
        }
        let value: serde_json::Value = serde_json::from_slice(&self.body).ok()?;
        let text = value.get("message")?.as_str()?.trim();
        (!text.is_empty()).then(|| text.chars().take(EXCERPT).collect())
    }

    fn is_page(&self) -> bool {
        self.header(&header::CONTENT_TYPE)
            .is_some_and(|t| t.starts_with("text/html"))
    }

    /// `Retry-After`, in seconds or as a date on the server's clock.
    fn retry_at(&self, now: Instant) -> Option<Instant> {
        let value = self.header(&header::RETRY_AFTER)?.trim();
        if let Ok(seconds) = value.parse::<u32>() {
            return now.checked_add_signed(TimeDelta::seconds(seconds.into()));
        }
        let wait = http_date(value)? - self.date.unwrap_or(now);
        now.checked_add_signed(wait.max(TimeDelta::zero()))
    }
}

/// An answer that makes no sense to us.
pub fn odd(what: impl Into<String>) -> DeskError {
    error(
        ErrorKind::Odd,
        what,
        Some("it is tried again later; `deskhand doctor` looks closer"),
    )
}

/// The desk understood and said no.
pub fn refused(what: impl Into<String>) -> DeskError {
    error(ErrorKind::Refused, what, None)
}

/// A failure without an instant before which there is no sense in trying again.
pub fn error(kind: ErrorKind, what: impl Into<String>, hint: Option<&str>) -> DeskError {
    DeskError {
        kind,
        what: Untrusted::new(what.into()),
        hint: hint.map(str::to_owned),
        retry_at: None,
    }
}

fn setup(what: String) -> DeskError {
    error(
        ErrorKind::Refused,
        what,
        Some("mend the desk's settings in config.toml"),
    )
}

/// Host and port, as a person would look for them.
fn named(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn address(base: &str) -> Answer<Url> {
    let wrong = |why: &str| setup(format!("\"{base}\" is no address of a desk: {why}"));
    let url = Url::parse(base.trim()).map_err(|e| wrong(&e.to_string()))?;
    match (url.scheme(), url.host_str()) {
        ("http" | "https", Some(_)) if !url.cannot_be_a_base() => {}
        _ => return Err(wrong("it has to begin with https:// or http://")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("names and passwords do not belong into it"));
    }
    Ok(url)
}

fn authorities(path: &Path) -> Answer<Vec<Certificate>> {
    let wrong = |why: String| {
        let path = path.display();
        setup(format!(
            "the certificate authorities in {path} cannot be read: {why}"
        ))
    };
    let pem = std::fs::read(path).map_err(|e| wrong(e.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|e| wrong(chain(&e)))?;
    if found.is_empty() {
        return Err(wrong("it holds no certificate in PEM form".into()));
    }
    Ok(found)
}

/// What kept us from an answer.
enum Trouble {
    Name,
    Closed,
    Certificate,
    Late,
    Other,
}

fn trouble(e: &reqwest::Error) -> Trouble {
    let words = chain(e).to_lowercase();
    if e.is_timeout() {
        Trouble::Late
    } else if words.contains("dns error") || words.contains("lookup address") {
        Trouble::Name
    } else if words.contains("certificate") {
        Trouble::Certificate
    } else if words.contains("connection refused") {
        Trouble::Closed
    } else {
        Trouble::Other
    }
}

/// The connection was closed before any answer.
fn was_closed(e: &reqwest::Error) -> bool {
    e.is_request() && !e.is_timeout() && !e.is_connect()
}

/// An error with its causes. The address is left out: it may hold what is nobody's business.
fn chain(e: &reqwest::Error) -> String {
    let mut words = Vec::new();
    let mut cause = e.source();
    while let Some(e) = cause {
        words.push(e.to_string());
        cause = e.source();
    }
    if words.is_empty() {
        words.push(if e.is_builder() {
            "the request cannot be built".to_owned()
        } else {
            "unknown trouble".to_owned()
        });
    }
    words.join(": ")
}

fn text_of<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

fn http_date(text: &str) -> Option<Instant> {
    httpdate::parse_http_date(text).ok().map(Instant::from)
}
