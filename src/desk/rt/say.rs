//! Messages on their way out.

use reqwest::header::LOCATION;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::Rt;
use super::pull::number;
use crate::desk::Answer;
use crate::desk::http::{SLOW, odd, refused};
use crate::domain::Instant;
use crate::domain::remote::{Outgoing, OutgoingFile, Receipt, RemoteId};
use crate::domain::text::Untrusted;
use crate::domain::thread::Visibility;
use crate::domain::ticket::TicketKey;

impl Rt {
    /// Sends a message, once.
    pub(super) async fn say(
        &self,
        out: &Outgoing,
        visibility: Visibility,
        body: &Untrusted,
        now: Instant,
    ) -> Answer<Receipt> {
        // The server takes an empty message and mails it to everybody.
        if body.raw().trim().is_empty() && out.files.is_empty() {
            return Err(refused("the message is empty"));
        }
        if let Some(file) = out.files.iter().find(|f| f.bytes.is_empty()) {
            let name = file.name.line();
            return Err(refused(format!(
                "the file {name} is empty, which Request Tracker does not take"
            )));
        }
        let entry = self
            .post(&out.key, visibility, body, &out.files, now)
            .await?;
        // The message is there, whatever comes of asking for the version.
        let version = self.present(out, now).await.ok().map(|(_, v)| v);
        let entry = Some(entry);
        Ok(Receipt { version, entry })
    }

    /// Puts a message on a ticket, once; gives the entry that it became.
    pub(super) async fn post(
        &self,
        key: &TicketKey,
        visibility: Visibility,
        body: &Untrusted,
        files: &[OutgoingFile],
        now: Instant,
    ) -> Answer<RemoteId> {
        let way = match visibility {
            Visibility::Public => "correspond",
            Visibility::Internal => "comment",
        };
        let path = format!("/ticket/{}/{way}", number(key));
        let message = json!({ "Content": body.raw(), "ContentType": "text/plain" });
        let reply = self
            .ask(Method::POST, &path, |r| match files.is_empty() {
                true => r.json(&message),
                false => r.timeout(SLOW).multipart(form(&message, files)),
            })
            .await?;
        if !reply.is_fine() {
            return Err(reply.failure(now));
        }
        let place = reply.header(&LOCATION).unwrap_or_default();
        let entry = place
            .rsplit('/')
            .next()
            .filter(|n| n.parse::<u64>().is_ok());
        match entry {
            Some(entry) if reply.status == StatusCode::CREATED => Ok(RemoteId(entry.to_owned())),
            _ => Err(odd("the desk does not tell what became of the message")),
        }
    }
}

/// A message with files. In this form file names may be in any script.
fn form(message: &Value, files: &[OutgoingFile]) -> Form {
    let json = Part::text(message.to_string());
    let json = json.mime_str("application/json").unwrap_or_else(|_| {
        // It is a media type.
        Part::text(message.to_string())
    });
    let mut form = Form::new().percent_encode_noop().part("JSON", json);
    for file in files {
        let whole = || Part::bytes(file.bytes.clone()).file_name(plain_name(file.name.raw()));
        let part = whole()
            .mime_str(&media_type(file))
            .unwrap_or_else(|_| whole());
        form = form.part("Attachments", part);
    }
    form
}

/// The media type under which a file arrives as it is: the server guesses the charset of a text
/// that does not say it, and recodes it.
pub(super) fn media_type(file: &OutgoingFile) -> String {
    let said = file.media_type.raw();
    let kind = said.split(';').next().unwrap_or_default().trim();
    if !kind.to_lowercase().starts_with("text/") {
        said.to_owned()
    } else if std::str::from_utf8(&file.bytes).is_ok() {
        format!("{kind}; charset=utf-8")
    } else {
        "application/octet-stream".to_owned()
    }
}

/// A file name that cannot break out of the header it stands in.
pub(super) fn plain_name(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            '"' => '\'',
            c if c.is_control() || c == '\\' => '_',
            c => c,
        })
        .collect()
}
