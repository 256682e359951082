//! Telling the Workspaces of a change: what is said to whom.

use super::{Book, Record, Register};
use crate::domain::import::NewTicket;
use crate::domain::text::Untrusted;
use crate::domain::ticket::Kind;

/// Whether anybody is to be told when a row of it changes.
pub const fn is_announced(register: Register) -> bool {
    matches!(register, Register::Share | Register::LicenseServers)
}

impl Book {
    /// The text that tells of a change of the software share or a license server, with gaps for
    /// what changes and when: it is somebody's to write.
    pub fn announcement(&self, record: &Record) -> String {
        let name = record.raw("name");
        let what = match record.register() {
            Register::LicenseServers => {
                format!("the license server {name} ({})", record.raw("host"))
            }
            _ => match record.raw("version") {
                "" => format!("{name} in the software share"),
                version => format!("{name} {version} in the software share"),
            },
        };
        let mut lines = vec![
            format!("Something changes with {what}:"),
            String::new(),
            "What: ".to_owned(),
            "From: ".to_owned(),
            String::new(),
            "It concerns:".to_owned(),
        ];
        for workspace in self.told_of(record) {
            let who = workspace.raw("accountable");
            let who = if who.is_empty() {
                String::new()
            } else {
                format!(" ({who})")
            };
            lines.push(format!("- {}{who}", workspace.raw("name")));
        }
        lines.join("\n")
    }

    /// A ticket for each Workspace that must be told, with its Accountable as requester.
    pub fn announcements(&self, record: &Record) -> Vec<NewTicket> {
        let body = self.announcement(record);
        let kind = match record.register() {
            Register::LicenseServers => Kind::LicenseServer,
            _ => Kind::SoftwareShare,
        };
        let each = self.told_of(record).into_iter();
        each.map(|w| NewTicket {
            subject: Untrusted::new(format!(
                "Tell {} of a change: {}",
                w.raw("name"),
                record.raw("name")
            )),
            body: Untrusted::new(body.as_str()),
            requester: w.get("accountable").cloned(),
            tenant: w.tenant(),
            workspace: w.get("name").cloned(),
            kind,
            priority: None,
            assignee: None,
            labels: vec!["announcement".into()],
        })
        .collect()
    }
}
