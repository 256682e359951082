//! Request Tracker's answers as they come over the wire. It writes numbers as strings, as
//! numbers and as floats, and an empty string where a field may not be read: everything is
//! read tolerantly, and what makes no sense is as if it were not there. But for what a thing is
//! known by: an answer without it is none, and must not be taken for "there is nothing".

use chrono::NaiveDateTime;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::domain::Instant;

/// A page of a list.
#[derive(Debug, Deserialize)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// How many there are on all pages; the server does not know it for all lists.
    #[serde(default, deserialize_with = "number")]
    pub total: Option<u64>,
}

/// A user, queue or field, named or with what was asked for of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Ref {
    /// A user's log-in name, anything else's number.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// Its name.
    #[serde(rename = "Name", deserialize_with = "text")]
    pub name: String,
    /// A person's name.
    #[serde(rename = "RealName", deserialize_with = "text")]
    pub real_name: String,
    /// A person's address.
    #[serde(rename = "EmailAddress", deserialize_with = "text")]
    pub address: String,
}

/// A user asked for singly.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct User {
    /// The number.
    #[serde(default, deserialize_with = "number")]
    pub id: Option<u64>,
    /// The log-in name.
    #[serde(rename = "Name", deserialize_with = "own_name")]
    pub name: String,
    /// The name people read.
    #[serde(default, rename = "RealName", deserialize_with = "text")]
    pub real_name: String,
    /// The address.
    #[serde(default, rename = "EmailAddress", deserialize_with = "text")]
    pub address: String,
    /// Whether it is one of the team.
    #[serde(default, rename = "Privileged", deserialize_with = "number")]
    pub privileged: Option<u64>,
}

/// A queue in a list.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Queue {
    /// The number.
    #[serde(deserialize_with = "own_number")]
    pub id: u64,
    /// The name.
    #[serde(rename = "Name", deserialize_with = "own_name")]
    pub name: String,
}

/// A custom field with its values on a ticket.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct CustomField {
    /// The number.
    #[serde(default, deserialize_with = "number")]
    pub id: Option<u64>,
    /// The name; `Name` where the field is asked for itself.
    #[serde(alias = "Name", deserialize_with = "own_name")]
    pub name: String,
    /// The values.
    #[serde(default, deserialize_with = "texts")]
    pub values: Vec<String>,
}

/// A ticket.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ticket {
    /// The number; that of the ticket it lives on in, if it was merged.
    #[serde(rename = "id", deserialize_with = "own_number")]
    pub id: u64,
    /// What sort: a ticket, or a reminder or an approval that belongs to one.
    #[serde(default, rename = "Type", deserialize_with = "text")]
    pub sort: String,
    /// The subject.
    #[serde(default, deserialize_with = "text")]
    pub subject: String,
    /// The status, in the word of its life cycle.
    #[serde(default, deserialize_with = "text")]
    pub status: String,
    /// 0 to 100 as a rule.
    #[serde(default, deserialize_with = "text")]
    pub priority: String,
    /// The SLA level.
    #[serde(default, rename = "SLA", deserialize_with = "text")]
    pub sla: String,
    /// Who handles it.
    #[serde(default, deserialize_with = "lenient")]
    pub owner: Ref,
    /// Where it is.
    #[serde(default, deserialize_with = "lenient")]
    pub queue: Ref,
    /// Who asked.
    #[serde(default, deserialize_with = "many")]
    pub requestor: Vec<Ref>,
    /// Who reads along.
    #[serde(default, deserialize_with = "many")]
    pub cc: Vec<Ref>,
    /// Custom fields.
    #[serde(default, deserialize_with = "many")]
    pub custom_fields: Vec<CustomField>,
    /// The deadline, of whatever kind.
    #[serde(default, deserialize_with = "instant")]
    pub due: Option<Instant>,
    /// When it became inactive.
    #[serde(default, deserialize_with = "instant")]
    pub resolved: Option<Instant>,
    /// When it was made.
    #[serde(default, deserialize_with = "instant")]
    pub created: Option<Instant>,
    /// When it was last changed.
    #[serde(default, deserialize_with = "instant")]
    pub last_updated: Option<Instant>,
    /// What goes on from it, and what we may do.
    #[serde(default, rename = "_hyperlinks", deserialize_with = "many")]
    pub hyperlinks: Vec<Hyperlink>,
}

/// What goes on from a ticket.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Hyperlink {
    /// What it is.
    #[serde(rename = "ref", deserialize_with = "text")]
    pub what: String,
    /// What is behind it.
    #[serde(rename = "type", deserialize_with = "text")]
    pub sort: String,
    /// Its number.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// A status that can be reached from here.
    #[serde(deserialize_with = "text")]
    pub to: String,
    /// And from which.
    #[serde(deserialize_with = "text")]
    pub from: String,
}

/// An entry of a history.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Transaction {
    /// The number.
    #[serde(rename = "id", deserialize_with = "own_number")]
    pub id: u64,
    /// What sort.
    #[serde(default, rename = "Type", deserialize_with = "text")]
    pub sort: String,
    /// Of which ticket.
    #[serde(default, deserialize_with = "number")]
    pub object_id: Option<u64>,
    /// By whom.
    #[serde(default, deserialize_with = "lenient")]
    pub creator: Ref,
    /// When.
    #[serde(default, deserialize_with = "instant")]
    pub created: Option<Instant>,
    /// Which field; a number for a custom one.
    #[serde(default, deserialize_with = "text")]
    pub field: String,
    /// What it was.
    #[serde(default, deserialize_with = "text")]
    pub old_value: String,
    /// What it became.
    #[serde(default, deserialize_with = "text")]
    pub new_value: String,
}

/// A part of a message.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attachment {
    /// The number.
    #[serde(rename = "id", deserialize_with = "own_number")]
    pub id: u64,
    /// The entry it belongs to.
    #[serde(default, deserialize_with = "number")]
    pub transaction_id: Option<u64>,
    /// The media type.
    #[serde(default, deserialize_with = "text")]
    pub content_type: String,
    /// The name it was sent with.
    #[serde(default, deserialize_with = "text")]
    pub filename: String,
    /// Size in bytes.
    #[serde(default, deserialize_with = "number")]
    pub content_length: Option<u64>,
    /// The content: characters in a list, base64 of the bytes where asked for singly.
    #[serde(default, deserialize_with = "text")]
    pub content: String,
}

/// An article.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Article {
    /// The number.
    #[serde(rename = "id", deserialize_with = "own_number")]
    pub id: u64,
    /// Its title, once in its class.
    #[serde(deserialize_with = "own_name")]
    pub name: String,
    /// What it is about.
    #[serde(default, deserialize_with = "text")]
    pub summary: String,
    /// Where it is kept.
    #[serde(default, deserialize_with = "lenient")]
    pub class: Ref,
    /// 1: it was deleted.
    #[serde(default, deserialize_with = "number")]
    pub disabled: Option<u64>,
    /// When it was last changed.
    #[serde(default, deserialize_with = "instant")]
    pub last_updated: Option<Instant>,
    /// Its texts.
    #[serde(default, deserialize_with = "many")]
    pub custom_fields: Vec<CustomField>,
}

/// A class of articles.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Class {
    /// The number.
    #[serde(rename = "id", deserialize_with = "own_number")]
    pub id: u64,
    /// The name.
    #[serde(deserialize_with = "own_name")]
    pub name: String,
    /// 1: it is out of use.
    #[serde(default, deserialize_with = "number")]
    pub disabled: Option<u64>,
    /// The fields of its articles, where it is asked for itself.
    #[serde(default, rename = "ArticleCustomFields", deserialize_with = "many")]
    pub article_fields: Vec<CustomField>,
    /// What goes on from it.
    #[serde(default, rename = "_hyperlinks", deserialize_with = "many")]
    pub hyperlinks: Vec<Hyperlink>,
}

impl Class {
    /// Whether we may write new articles in it.
    pub fn takes_articles(&self) -> bool {
        let mut links = self.hyperlinks.iter();
        links.any(|l| l.what == "create" && l.sort == "article")
    }
}

/// The server's version.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct About {
    /// As it says it.
    #[serde(rename = "Version", deserialize_with = "text")]
    pub version: String,
}

impl Ref {
    /// The name that people read: the real one, else the address, else the log-in.
    pub fn people_read(&self) -> &str {
        [&self.real_name, &self.address, &self.name, &self.id]
            .into_iter()
            .map(|s| s.trim())
            .find(|s| !s.is_empty())
            .unwrap_or_default()
    }

    /// The log-in name.
    pub fn login(&self) -> &str {
        if self.name.is_empty() {
            &self.id
        } else {
            &self.name
        }
    }
}

/// An instant in any of the forms that it writes. It means none by the beginning of 1970.
pub fn read_instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    let at = Instant::from(chrono::DateTime::parse_from_rfc3339(text).ok()?);
    (at.timestamp() > 0).then_some(at)
}

/// An instant as it stands in the old and new values of a history: UTC.
pub fn read_value_instant(text: &str) -> Option<Instant> {
    let at = NaiveDateTime::parse_from_str(text.trim(), "%Y-%m-%d %H:%M:%S").ok()?;
    Some(at.and_utc())
}

fn value_text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Number(n) => n.to_string(),
        Value::Bool(b) => u8::from(*b).to_string(),
        _ => String::new(),
    }
}

fn value_number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(n) => n.as_u64().or_else(|| {
            let float = n.as_f64()?;
            // Written as a float, meant as a number: 52.0.
            format!("{float:.0}").parse().ok()
        }),
        Value::String(s) => s.trim().parse().ok(),
        Value::Bool(b) => Some(u64::from(*b)),
        Value::Object(o) => o.get("id").and_then(value_number),
        _ => None,
    }
}

fn text<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    Value::deserialize(d).map(|v| value_text(&v))
}

fn number<'de, D: Deserializer<'de>>(d: D) -> Result<Option<u64>, D::Error> {
    Value::deserialize(d).map(|v| value_number(&v))
}

fn own_number<'de, D: Deserializer<'de>>(d: D) -> Result<u64, D::Error> {
    number(d)?.ok_or_else(|| D::Error::custom("a row without its number"))
}

fn own_name<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    let name = text(d)?;
    if name.trim().is_empty() {
        return Err(D::Error::custom("a thing without its name"));
    }
    Ok(name)
}

fn instant<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Instant>, D::Error> {
    Value::deserialize(d).map(|v| v.as_str().and_then(read_instant))
}

fn texts<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    let all = match Value::deserialize(d)? {
        Value::Array(all) => all,
        one => vec![one],
    };
    // A value that was cleared stays as an empty one.
    let texts = all.iter().map(value_text);
    Ok(texts.filter(|t| !t.trim().is_empty()).collect())
}

fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(d: D) -> Result<T, D::Error> {
    Value::deserialize(d).map(|v| serde_json::from_value(v).unwrap_or_default())
}

fn many<'de, D: Deserializer<'de>, T: DeserializeOwned>(d: D) -> Result<Vec<T>, D::Error> {
    Value::deserialize(d).map(|v| match v {
        Value::Array(all) => all
            .into_iter()
            .filter_map(|v| serde_json::from_value(v).ok())
            .collect(),
        _ => Vec::new(),
    })
}
