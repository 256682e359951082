//! The XML of WebDAV: a small tree to read answers from, and the bodies of questions.

use quick_xml::NsReader;
use quick_xml::escape::escape;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

/// The namespace of WebDAV.
pub const DAV: &str = "DAV:";
/// The namespace of CalDAV.
pub const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
/// Deeper answers are none of a calendar server.
const DEEPEST: usize = 64;

/// An element with what lies in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its namespace.
    pub space: String,
    /// Its name.
    pub name: String,
    /// Its text, without that of the elements in it.
    pub text: String,
    /// What lies in it.
    pub inner: Vec<Element>,
}

impl Element {
    /// The elements of that name in it.
    pub fn all<'a>(&'a self, space: &'a str, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.inner
            .iter()
            .filter(move |e| e.space == space && e.name == name)
    }

    /// The first of that name.
    pub fn one<'a>(&'a self, space: &'a str, name: &'a str) -> Option<&'a Self> {
        self.all(space, name).next()
    }

    /// Whether it is, or holds somewhere, an element of that name.
    pub fn holds(&self, space: &str, name: &str) -> bool {
        (self.space == space && self.name == name)
            || self.inner.iter().any(|e| e.holds(space, name))
    }
}

/// Reads a document. Entities of its own are not expanded.
///
/// # Errors
/// Why it is none.
pub fn parse(text: &str) -> Result<Element, String> {
    let mut reader = NsReader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        let (space, event) = reader
            .read_resolved_event()
            .map_err(|e| format!("it is no XML: {e}"))?;
        let space = match space {
            ResolveResult::Bound(ns) => text_of(ns.as_ref()),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => String::new(),
        };
        match event {
            Event::Start(e) => open.push(Element {
                space,
                name: text_of(e.local_name().as_ref()),
                ..Element::default()
            }),
            Event::Empty(e) => {
                let empty = Element {
                    space,
                    name: text_of(e.local_name().as_ref()),
                    ..Element::default()
                };
                put(&mut open, empty);
            }
            Event::End(_) => {
                if let Some(done) = open.pop() {
                    put(&mut open, done);
                }
            }
            Event::Text(t) => say(&mut open, &t.xml10_content()),
            Event::CData(t) => say(&mut open, &t.xml10_content()),
            Event::GeneralRef(r) => {
                let sign = match r.resolve_char_ref() {
                    Ok(Some(c)) => Some(c),
                    _ => named(&r.xml10_content()),
                };
                if let Some(sign) = sign {
                    say(&mut open, sign.encode_utf8(&mut [0; 4]));
                }
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        if open.len() > DEEPEST {
            return Err("it goes too deep".into());
        }
    }
    let root = open.into_iter().next().unwrap_or_default();
    root.inner
        .into_iter()
        .next()
        .ok_or_else(|| "it is empty".into())
}

fn text_of(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(bytes.as_ref()).into_owned()
}

fn put(open: &mut [Element], done: Element) {
    if let Some(within) = open.last_mut() {
        within.inner.push(done);
    }
}

fn say(open: &mut [Element], text: &str) {
    if let Some(within) = open.last_mut() {
        within.text.push_str(text);
    }
}

fn named(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

const HEAD: &str = r#"<?xml version="1.0" encoding="utf-8"?>"#;

/// What the calendar is called, what it holds and what may be done with it.
pub fn about() -> String {
    format!(
        r#"{HEAD}<d:propfind xmlns:d="DAV:" xmlns:c="{CALDAV}"><d:prop><d:displayname/><d:resourcetype/><d:supported-report-set/><d:current-user-privilege-set/><c:supported-calendar-component-set/></d:prop></d:propfind>"#
    )
}

/// The marks of all that lies in it.
pub fn marks() -> String {
    format!(
        r#"{HEAD}<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/><d:resourcetype/></d:prop></d:propfind>"#
    )
}

/// What changed since a mark (RFC 6578).
pub fn since(token: &str) -> String {
    let token = escape(token);
    format!(
        r#"{HEAD}<d:sync-collection xmlns:d="DAV:"><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>"#
    )
}

/// Those events, whole (RFC 4791, 7.9).
pub fn these(hrefs: &[String]) -> String {
    let hrefs: String = hrefs
        .iter()
        .map(|h| format!("<d:href>{}</d:href>", escape(h.as_str())))
        .collect();
    format!(
        r#"{HEAD}<c:calendar-multiget xmlns:d="DAV:" xmlns:c="{CALDAV}"><d:prop><d:getetag/><c:calendar-data/></d:prop>{hrefs}</c:calendar-multiget>"#
    )
}
