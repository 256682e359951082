//! The problem report: the gate, reading, asking back, bundles.

mod asking;
mod bundling;
mod gate;
mod keeping;
mod moments;
mod reading;
mod secrets;

use std::path::Path;

use chrono_tz::Tz;
use deskhand::domain::Instant;
use deskhand::domain::report::{
    Confidence, Draft, Evidence, Impact, Message, Moment, Person, Precision, Reading, Register,
    Share, Since, WorkspaceField, WorkspaceRole, fill, read,
};
use deskhand::domain::text::Untrusted;
use serde::Deserialize;

pub const NOW: &str = "2026-11-24T09:00:00Z";

/// The Workspaces of the written texts.
pub fn known() -> Register {
    let names = [
        "dws-3049-AUBioLab",
        "dws-211-Cardio",
        "dws-512-NeuroImaging",
        "dws-77-EpiData",
        "dws-640-OncoReg",
        "dws-903-SleepLab",
        "dws-118-Genomics",
    ];
    Register::new(
        names.map(str::to_owned),
        [Person::parse("Ana Lima <ana.lima@mydre.org>")],
    )
}

pub fn now() -> Instant {
    NOW.parse().unwrap()
}

pub fn amsterdam() -> Tz {
    chrono_tz::Europe::Amsterdam
}

/// What is said in a message of now.
pub fn said(text: &str) -> Reading {
    let message = Message {
        text,
        at: now(),
        zone: amsterdam(),
    };
    read(&message, &known())
}

/// A message taken as a report, as the command line does it.
pub fn filled(text: &str, at: Instant, zone: Tz) -> Draft {
    let mut draft = Draft::default();
    let message = Message { text, at, zone };
    fill(
        &mut draft,
        &read(&message, &known()).suggestions,
        Confidence::Medium,
    );
    draft
}

/// A report in which nothing is missing.
pub fn whole() -> Draft {
    let u = |s: &str| Untrusted::new(s);
    Draft {
        workspace: WorkspaceField {
            name: u("dws-3049-AUBioLab"),
            confirmed_new: false,
        },
        user: Person::parse("Jan de Vries <jan.de.vries@mydre.org>"),
        role: Some(WorkspaceRole::Privileged),
        steps: vec![u("Open the Workspace"), u("Click Connect on VM 2")],
        expected: u("the desktop of the VM"),
        actual: u("a grey page with code 0x204"),
        since: Some(Since::At(Moment {
            at: "2026-11-23T13:00:00Z".parse().unwrap(),
            precision: Precision::Minute,
        })),
        impact: Impact {
            users: Some(Share::Of { hit: 12, all: 40 }),
            breach: Some(false),
            ..Impact::default()
        },
        tried: u("another browser"),
        environment: u("Windows 11"),
        evidence: vec![Evidence {
            name: u("grey page.png"),
            size: Some(48_213),
        }],
    }
}

/// A text of a set.
#[derive(Debug, Deserialize)]
pub struct Case {
    pub id: String,
    pub source: String,
    pub at: Instant,
    pub zone: Zone,
    pub text: String,
    #[serde(default)]
    pub labels: std::collections::BTreeMap<String, Vec<Label>>,
}

/// A zone by its name.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Zone(pub Tz);

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse().map(Self).map_err(|_| name)
    }
}

/// What a reader found.
#[derive(Debug, Deserialize)]
pub struct Label {
    pub words: String,
    pub value: Option<String>,
}

pub fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/report")
        .join(file);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

/// Figures for whoever runs the tests with `--nocapture`.
#[expect(
    clippy::print_stderr,
    reason = "the test runner keeps it unless it is asked for"
)]
pub fn say(figures: &str) {
    eprintln!("{figures}");
}
