//! Looking at a desk over a network: the way there, signing in, and what it lets us do. Each
//! step is only tried where the one before went well; all work without a network too.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::mpsc;
use std::time::Duration;

use super::Finding;
use crate::cli::connect::{clock_ahead, clock_words};
use crate::cli::session::{self, Session};
use crate::config::{self, Desk};
use crate::desk::rt::Rt;
use crate::desk::{ErrorKind, Hello};
use crate::shell::{self, secret};

/// A name or a machine that does not answer in this time does not answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// A clock that is farther off makes times wrong that people see, in seconds.
const CLOCK_MOST: i64 = 60;
/// The oldest version of Request Tracker whose interface is known.
const RT_OLDEST: (u64, u64) = (5, 0);

/// All that can be said of it.
pub fn desk(session: &Session, desk: &Desk) -> Vec<Finding> {
    let mut all = vec![Finding::good(
        "desk",
        format!("{} ({}) at {}", desk.name, desk.kind, desk.url),
    )];
    let proxy = proxy(&desk.url);
    all.extend(proxy.as_ref().map(|(name, value)| {
        let found = format!("{value} ({name})");
        Finding::good("proxy", found)
    }));
    // Through a proxy the way there is the proxy's business.
    let reached = proxy.is_some() || reach(desk, &mut all);
    all.extend(secrecy(desk));
    let found = match secret::find(&session.paths, desk) {
        Err(why) => {
            let (what, then) = why.split_once("; ").unwrap_or((&why, "mend what is named"));
            all.push(Finding::bad("secret", what, then));
            None
        }
        Ok(None) => {
            let why = secret::missing(desk);
            let (what, then) = why.split_once("; ").unwrap_or((&why, ""));
            all.push(Finding::bad("secret", what, then));
            None
        }
        Ok(Some(found)) => {
            let what = desk.sign_in.secret();
            let found_in = format!("the {what} is in {}", found.source);
            all.push(Finding::good("secret", found_in));
            Some(found.secret)
        }
    };
    if let (true, Some(secret)) = (reached, found) {
        all.extend(signed_in(session, desk, secret));
    }
    all
}

/// The proxy that the environment names for such an address, with the name of its variable.
fn proxy(url: &str) -> Option<(&'static str, String)> {
    if goes_direct(config::host(url)) {
        return None;
    }
    let names: &[&'static str] = if url.starts_with("https://") {
        &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
    } else {
        &["http_proxy", "ALL_PROXY", "all_proxy"]
    };
    let set = |name: &&'static str| {
        let value = std::env::var(name).ok().filter(|v| !v.is_empty())?;
        // Whoever shows this to somebody else shows no password.
        let shown = match value.rsplit_once('@') {
            Some((_, host)) => host.to_owned(),
            None => value,
        };
        Some((*name, shown))
    };
    names.iter().find_map(set)
}

/// Whether the environment wants no proxy for that host.
fn goes_direct(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let all = ["NO_PROXY", "no_proxy"].map(|v| std::env::var(v).unwrap_or_default());
    let mut words = all.iter().flat_map(|all| all.split(',')).map(str::trim);
    words.any(|w| {
        let bare = w.trim_start_matches('.');
        let below = name
            .strip_suffix(bare)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        w == "*" || (!bare.is_empty() && below)
    })
}

/// Whether the desk's machine answers; says where it does not.
fn reach(desk: &Desk, all: &mut Vec<Finding>) -> bool {
    let host = config::host(&desk.url);
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let port = if desk.url.starts_with("https://") {
        443
    } else {
        80
    };
    let target = if has_port {
        host.to_owned()
    } else {
        format!("{host}:{port}")
    };
    // Asking for a name has no time limit of its own.
    let (sender, answer) = mpsc::channel();
    let asked = target.clone();
    std::thread::spawn(move || {
        let _ = sender.send(asked.to_socket_addrs().map(Iterator::collect::<Vec<_>>));
    });
    let addresses = match answer.recv_timeout(PATIENCE) {
        Ok(Ok(addresses)) if !addresses.is_empty() => addresses,
        Ok(Err(e)) => {
            all.push(no_name(host, &e.to_string()));
            return false;
        }
        _ => {
            all.push(no_name(host, "nobody answers for it"));
            return false;
        }
    };
    let tried = addresses
        .iter()
        .map(|a| TcpStream::connect_timeout(a, PATIENCE));
    let mut why = String::new();
    for answer in tried {
        match answer {
            Ok(_) => {
                all.push(Finding::good("reach", format!("{target} answers")));
                return true;
            }
            Err(e) => why = e.to_string(),
        }
    }
    all.push(Finding::bad(
        "reach",
        format!("{target} does not answer: {why}"),
        "look whether you need a VPN or a proxy (HTTPS_PROXY), and whether the desk is up; what you do waits in the outbox",
    ));
    false
}

fn no_name(host: &str, why: &str) -> Finding {
    Finding::bad(
        "reach",
        format!("the name {host} is not known: {why}"),
        "look whether you are online or need a VPN, and whether url in the settings is right; what you do waits in the outbox",
    )
}

/// Whether others on the way can read along, and whether the file of authorities is there.
fn secrecy(desk: &Desk) -> Vec<Finding> {
    let mut all = Vec::new();
    if config::is_open(&desk.url) {
        all.push(Finding::bad(
            "tls",
            "none: everybody on the way can read your secret and the tickets",
            "ask whoever keeps the desk for an https:// address, then `deskhand connect rt`",
        ));
    }
    if let Some(file) = &desk.ca_file {
        let shown = file.display();
        all.push(match std::fs::read(file) {
            Ok(bytes) if bytes.windows(16).any(|w| w == b"-----BEGIN CERTI") => {
                Finding::good("ca-file", shown.to_string())
            }
            Ok(_) => Finding::bad(
                "ca-file",
                format!("{shown} holds no certificate"),
                "name a PEM file as ca-file in the settings",
            ),
            Err(e) => Finding::bad(
                "ca-file",
                format!("{shown} cannot be read: {e}"),
                "put it there, or take ca-file out of the settings",
            ),
        });
    }
    all
}

/// Signs in and says what the desk told, or where it ended.
fn signed_in(session: &Session, desk: &Desk, secret: secrecy::SecretString) -> Vec<Finding> {
    let hello = Rt::new(shell::rt_settings(desk, secret.into()))
        .map(|rt| session::wait(async move { rt.hello(session.now).await }));
    let hello = match hello {
        Ok(Ok(answer)) => answer,
        Ok(Err(e)) => return vec![Finding::bad("sign-in", e.what, "try again")],
        Err(e) => Err(e),
    };
    match hello {
        Ok(hello) => told(&hello, desk, session),
        Err(e) => {
            let then = e.hint.clone().unwrap_or_else(|| "try again later".into());
            let is_tls = desk.url.starts_with("https://") && e.kind == ErrorKind::Unreachable;
            let what = match e.kind {
                _ if is_tls => "tls",
                ErrorKind::SignIn => "sign-in",
                _ => "answer",
            };
            vec![Finding::bad(what, e.what.line().as_str(), then)]
        }
    }
}

fn told(hello: &Hello, desk: &Desk, session: &Session) -> Vec<Finding> {
    let mut all = Vec::new();
    if desk.url.starts_with("https://") {
        all.push(Finding::good("tls", "the desk's certificate is trusted"));
    }
    all.push(Finding::good(
        "sign-in",
        format!("as {} ({})", hello.name.line(), hello.me),
    ));
    all.push(version(hello.version.line().as_str()));
    all.extend(clock_ahead(hello, session.now).map(clock));
    all.push(match hello.rights.is_empty() {
        true => Finding::bad(
            "rights",
            "none that the desk tells of",
            "ask whoever keeps the desk for the rights to see, reply to and own tickets",
        ),
        false => Finding::good("rights", hello.rights.join(", ")),
    });
    all.extend(articles(hello));
    all.extend(queues(hello, desk));
    all
}

/// Articles that we may read there, and write; none: there are none for us.
fn articles(hello: &Hello) -> Option<Finding> {
    let named = |writes: bool| {
        let shelves = hello.shelves.iter().filter(move |(_, may)| *may || !writes);
        shelves
            .map(|(name, _)| name.line().into_string())
            .collect::<Vec<_>>()
    };
    let (read, write) = (named(false), named(true));
    if read.is_empty() {
        return None;
    }
    let read = format!("read in {}", read.join(", "));
    Some(match write.is_empty() {
        false => Finding::good(
            "articles",
            format!("{read}; new ones in {}", write.join(", ")),
        ),
        true => Finding::hint(
            "articles",
            format!("{read}; none can be written from here"),
            "drafts stay on this machine; ask whoever keeps the desk for CreateArticle and ModifyArticle",
        ),
    })
}

fn version(said: &str) -> Finding {
    let mut numbers = said
        .split(|c: char| !c.is_ascii_digit())
        .map(|n| n.parse::<u64>().unwrap_or(0));
    let found = (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    );
    if found < RT_OLDEST {
        return Finding::bad(
            "version",
            format!("{said} is older than 5.0"),
            "ask whoever keeps the desk to update it; nothing below 5.0 was tried",
        );
    }
    Finding::good("version", format!("Request Tracker {said}"))
}

fn clock(ahead: i64) -> Finding {
    let found = format!("the desk's is {}", clock_words(ahead));
    if ahead.abs() > CLOCK_MOST {
        return Finding::hint(
            "clocks",
            found,
            "set this machine's clock by the network; deadlines are counted with it",
        );
    }
    Finding::good("clocks", found)
}

/// Queues that the settings name and the desk does not show, and the other way round.
fn queues(hello: &Hello, desk: &Desk) -> Option<Finding> {
    if desk.queues.is_empty() {
        return None;
    }
    let shown = |name: &String| hello.queues.iter().any(|q| q.raw() == name);
    let missing: Vec<&str> = desk
        .queues
        .keys()
        .filter(|q| !shown(q))
        .map(String::as_str)
        .collect();
    let new = hello
        .queues
        .iter()
        .filter(|q| !desk.queues.contains_key(q.raw()));
    let new: Vec<String> = new.map(|q| q.line().into_string()).collect();
    Some(match (missing.is_empty(), new.is_empty()) {
        (false, _) => Finding::bad(
            "queues",
            format!("the desk does not show {}", missing.join(", ")),
            "ask for the right to see it, or take it out of [desk.queues]",
        ),
        (true, false) => Finding::hint(
            "queues",
            format!("not worked on: {}", new.join(", ")),
            "`deskhand connect rt`, or [desk.queues] in the settings, adds them",
        ),
        (true, true) => Finding::good("queues", format!("all {} are worked on", desk.queues.len())),
    })
}
