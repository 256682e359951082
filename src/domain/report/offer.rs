//! What a ticket already says about its problem: suggestions out of all that its requester wrote.

use chrono_tz::Tz;

use super::ask::{Template, answered};
use super::check::Missing;
use super::form::Field;
use super::kept::{AskedBack, Kept, Refused};
use super::known::Known;
use super::language::{Language, language};
use super::person::Person;
use super::read::{Confidence, Message, Suggestion, Value, read};
use crate::domain::text::Untrusted;
use crate::domain::thread::{self, Author, Thread, Visibility};

/// So many for one field; the rest say the same in other words.
const MOST_A_FIELD: usize = 8;

/// A suggestion, with the words it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What would be put where, and what made the rule see it.
    pub suggestion: Suggestion,
    /// The words.
    pub words: Untrusted,
    /// It answers what the requester was asked.
    pub answers: bool,
}

impl Offer {
    /// The field it is for.
    pub const fn field(&self) -> Field {
        self.suggestion.value.field()
    }

    /// Nobody has to look twice: the text says so, or it answers the question.
    pub fn is_certain(&self) -> bool {
        self.answers || self.suggestion.confidence == Confidence::High
    }
}

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// In the order of the form; of one field answers first, then the surest.
    pub offers: Vec<Offer>,
    /// The language its requester writes.
    pub language: Language,
    /// The requester has written since they were asked.
    pub answered: bool,
}

/// Reads a ticket. What was refused is left out; `templates` are those with which was asked.
pub fn told(
    thread: &Thread,
    kept: Option<&Kept>,
    known: &dyn Known,
    templates: &[Template],
    zone: Tz,
) -> Told {
    let asked = kept.and_then(|k| k.asked.as_ref());
    let mut told = Told::default();
    let mut said = String::new();
    for (i, message) in thread.messages.iter().enumerate() {
        if !is_told(message, i == 0) {
            continue;
        }
        let text = match i {
            0 => format!("{}\n{}", thread.ticket.subject.raw(), message.body.raw()),
            _ => message.body.raw().to_owned(),
        };
        let part = Message {
            text: &text,
            at: message.at,
            zone,
        };
        if let Some((asked, kept)) = asked.zip(kept).filter(|(a, _)| message.at > a.at) {
            told.answered = true;
            let found = answers(asked, kept, &part, known, templates);
            told.offers
                .extend(found.into_iter().map(|s| offer(s, &text, true)));
        }
        let found = read(&part, known).suggestions;
        told.offers
            .extend(found.into_iter().map(|s| offer(s, &text, false)));
        said.push_str(super::read::head(&text, 20_000));
        said.push('\n');
    }
    told.language = language(&said);
    fields(thread, known, &mut told.offers);
    let refused = kept.map(|k| k.refused.as_slice()).unwrap_or_default();
    told.offers
        .retain(|o| !refused.contains(&Refused::of(&o.suggestion.value)));
    told.offers = in_order(std::mem::take(&mut told.offers));
    told
}

/// What the requester said; the first message too where one of ours wrote it down for them.
fn is_told(message: &thread::Message, first: bool) -> bool {
    let theirs = matches!(message.author, Author::Requester { .. });
    !message.missing && message.visibility == Visibility::Public && (theirs || first)
}

fn answers(
    asked: &AskedBack,
    kept: &Kept,
    message: &Message<'_>,
    known: &dyn Known,
    templates: &[Template],
) -> Vec<Suggestion> {
    let missing: Vec<Missing> = asked.fields.iter().map(|f| Missing::only(*f)).collect();
    let shipped = || Template::shipped(asked.language);
    let own = templates.iter().find(|t| t.language == asked.language);
    let template = own.cloned().unwrap_or_else(shipped);
    answered(&missing, &kept.draft, message, known, &template)
}

fn offer(suggestion: Suggestion, text: &str, answers: bool) -> Offer {
    Offer {
        words: Untrusted::new(suggestion.words(text)),
        suggestion,
        answers,
    }
}

/// What the ticket's own fields say: its Workspace, and who asked.
fn fields(thread: &Thread, known: &dyn Known, offers: &mut Vec<Offer>) {
    let ticket = &thread.ticket;
    let mut add = |value, words: &Untrusted, confidence, reason| {
        offers.push(Offer {
            suggestion: Suggestion {
                value,
                span: 0..0,
                confidence,
                reason,
            },
            words: words.clone(),
            answers: false,
        });
    };
    if let Some(name) = &ticket.workspace {
        let full = known.workspace(name.raw()).unwrap_or(name.raw()).to_owned();
        let reason = "the ticket's Workspace";
        add(Value::Workspace(full), name, Confidence::High, reason);
    }
    if let Some(who) = &ticket.requester
        && let Some(person) = Person::of(who.raw(), known)
    {
        let reason = "wrote this ticket";
        add(Value::User(person), who, Confidence::Medium, reason);
    }
    for file in thread.messages.iter().flat_map(|m| &m.attachments) {
        let value = Value::Evidence(file.name.raw().to_owned());
        add(
            value,
            &file.name,
            Confidence::Medium,
            "came with the ticket",
        );
    }
}

/// By field, answers first, then the surest; none twice.
fn in_order(mut offers: Vec<Offer>) -> Vec<Offer> {
    offers.sort_by_key(|o| {
        let sure = std::cmp::Reverse((o.answers, o.suggestion.confidence));
        (o.field(), sure)
    });
    let mut kept: Vec<Offer> = Vec::new();
    for offer in offers {
        let of_field = kept.iter().rev().take_while(|k| k.field() == offer.field());
        let (mut count, mut twice) = (0, false);
        for k in of_field {
            count += 1;
            twice |= k.suggestion.value == offer.suggestion.value;
        }
        if !twice && count < MOST_A_FIELD {
            kept.push(offer);
        }
    }
    kept
}
