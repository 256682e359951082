//! What the demo desk knows beside its tickets: registers and articles.

use chrono::Days;
use serde::Deserialize;

use crate::domain::Instant;
use crate::domain::knowledge::Stale;
use crate::domain::knowledge::from_file;
use crate::domain::people::AgentId;
use crate::domain::register::{Book, Record, Register, csv};
use crate::domain::text::Untrusted;
use crate::store::{StoreError, Writer};

macro_rules! sheets {
    ($($register:ident $file:literal),+ $(,)?) => {
        &[$((Register::$register, include_str!(concat!("../../assets/demo/registers/", $file)))),+]
    };
}

const SHEETS: &[(Register, &str)] = sheets! {
    Tenants "tenants.csv", Subscriptions "subscriptions.csv", Workspaces "workspaces.csv",
    Share "share.csv", LicenseServers "license-servers.csv", People "people.csv",
    Agreements "agreements.csv", Trainings "trainings.csv",
};
const READINGS: &str = include_str!("../../assets/demo/registers/readings.json");

macro_rules! articles {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../assets/demo/knowledge/", $name, ".md")))),+]
    };
}

const ARTICLES: &[(&str, &str)] = articles! {
    "a-license-cannot-be-had", "cannot-sign-in-after-a-new-phone",
    "import-a-file-into-a-workspace", "schijfruimte-is-op",
};
/// The one that somebody has found to be wrong.
const STALE: &str = "a-license-cannot-be-had";

#[derive(Deserialize)]
struct ReadingsJson {
    subscription: String,
    tenant: String,
    days_ago: Vec<u64>,
    used: Vec<u32>,
}

/// Puts them into a store, as of `now`.
///
/// # Errors
/// The store cannot be written; the built-in files cannot be read (checked by a test).
pub fn load(writer: &mut Writer, by: &AgentId, now: Instant) -> Result<(), StoreError> {
    let today = now.date_naive();
    for (register, text) in SHEETS {
        let sheet = csv::read(*register, text).map_err(|bad| wrong(register.word(), bad.what))?;
        let mut bad = sheet.bad;
        let mut rows = Book::default().lay(*register, sheet.rows, |_| Ok(()), &mut bad);
        if let Some(bad) = bad.first() {
            return Err(wrong(
                register.word(),
                format!("{}: {}", bad.line, bad.what),
            ));
        }
        // All were looked at some time ago, some long ago.
        for (i, row) in rows.iter_mut().enumerate() {
            let days = 20 + 35 * u64::try_from(i).unwrap_or(0);
            let on = today
                .checked_sub_days(Days::new(days))
                .unwrap_or(today)
                .to_string();
            if let Ok(reviewed) = row.with([("reviewed", on.as_str())]) {
                *row = reviewed;
            }
        }
        writer.put_records(*register, &rows, &[], by, now)?;
    }
    let readings: Vec<ReadingsJson> =
        serde_json::from_str(READINGS).map_err(|e| wrong("readings", e.to_string()))?;
    let mut rows = Vec::new();
    for r in &readings {
        for (days, used) in r.days_ago.iter().zip(&r.used) {
            let on = today
                .checked_sub_days(Days::new(*days))
                .unwrap_or(today)
                .to_string();
            let used = used.to_string();
            let cells = [
                ("subscription", r.subscription.as_str()),
                ("tenant", r.tenant.as_str()),
                ("on", on.as_str()),
                ("used", used.as_str()),
            ];
            let row = Record::new(Register::Readings, cells);
            rows.push(row.map_err(|why| wrong("readings", why.join("; ")))?);
        }
    }
    writer.put_records(Register::Readings, &rows, &[], by, now)?;
    articles(writer, by, now)
}

fn articles(writer: &mut Writer, by: &AgentId, now: Instant) -> Result<(), StoreError> {
    let mut all = Vec::new();
    for (name, text) in ARTICLES {
        let mut article = from_file(name, text, now).map_err(|why| wrong(name, why))?;
        if *name == STALE {
            article.stale = Some(Stale {
                at: now - chrono::TimeDelta::days(3),
                by: by.clone(),
                ticket: None,
                why: Untrusted::new("the server of UMC Merwede has another address since May"),
            });
        } else {
            let days = Days::new(40);
            article.reviewed = now.date_naive().checked_sub_days(days);
        }
        all.push(article);
    }
    writer.put_articles(&all, by, now).map(|_| ())
}

fn wrong(what: &str, detail: String) -> StoreError {
    StoreError::Unreadable {
        what: "the built-in demo desk",
        detail: format!("{what}: {detail}"),
    }
}
