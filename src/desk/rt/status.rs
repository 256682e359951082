//! Which of Request Tracker's words is meant by one of our statuses: life cycles differ by
//! queue, and are nowhere to be asked for.

use super::wire::Ticket;
use super::{Settings, map};
use crate::domain::ticket::Status;

/// Words that are worth trying for a status, the best first: what the ticket offers now, what
/// the settings name, what is usual.
pub fn words(to: Status, ticket: &Ticket, settings: &Settings) -> Vec<String> {
    let offered = offered(ticket).map(str::to_owned);
    let named = settings.statuses.iter().filter(|(_, s)| **s == to);
    let named: Vec<String> = named.map(|(word, _)| word.clone()).collect();
    let usual: &[&str] = match to {
        Status::New => &["new"],
        Status::Open => &["open"],
        Status::Pending => &["stalled", "waiting on user"],
        Status::OnHold => &["waiting on vendor"],
        Status::Resolved => &["resolved"],
        Status::Closed => &["closed"],
    };
    let fits = |word: &String| {
        // Nobody who closes a ticket means to reject or delete it, unless the settings say so.
        let is_harsh = [map::DELETED, "rejected"].contains(&word.to_lowercase().as_str());
        map::status(word, settings) == to && (!is_harsh || named.contains(word))
    };
    let mut words: Vec<String> = Vec::new();
    let all = offered
        .chain(named.iter().cloned())
        .chain(usual.iter().map(|w| (*w).to_owned()));
    for word in all.filter(fits) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// The statuses that the ticket can get now, as far as the desk tells.
pub fn allowed(ticket: &Ticket) -> Vec<String> {
    let mut all: Vec<String> = offered(ticket).map(str::to_owned).collect();
    all.dedup();
    all
}

fn offered(ticket: &Ticket) -> impl Iterator<Item = &str> {
    let links = ticket.hyperlinks.iter().filter(|l| l.what == "lifecycle");
    links.map(|l| l.to.as_str()).filter(|to| !to.is_empty())
}
