//! A new report: about the ticket under the cursor, without one, or going on with one that was
//! begun; or a request of some kind, which has a form of its own.

use crate::app::reports::ReportWish;
use crate::app::state::{Choice, Overlay, Pane, Purpose};
use crate::domain::report::{Field, Kept};
use crate::domain::text::{Printable, fit, line};
use crate::domain::ticket::Kind;

use super::super::Turn;

/// So many reports that were begun are offered.
const MOST_BEGUN: usize = 9;
/// The columns of one that is offered.
const TITLE: usize = 48;
/// What a key stands for that begins a report about a ticket, and one without.
const ABOUT: &str = "p";
const WITHOUT: &str = "n";

impl Turn<'_> {
    /// Asks what is new, or does what was said on the command line.
    pub fn new_report(&mut self, arg: Option<&str>) {
        if let Some(arg) = arg {
            if let Err(why) = self.begin(arg) {
                self.refuse(&why);
            }
            return;
        }
        self.report_wish(ReportWish::Begun);
        self.ask(Purpose::New);
    }

    /// Begins what was chosen.
    ///
    /// # Errors
    /// There is no such thing.
    pub fn begin(&mut self, what: &str) -> Result<(), String> {
        let from = self.s.subject().map(|r| r.ticket.id);
        let key = what.split_whitespace().next().unwrap_or_default();
        if let Some(begun) = number(key)
            .and_then(|n| self.s.report.begun.get(n))
            .cloned()
        {
            self.go_on_with(begun);
            return Ok(());
        }
        match (key, from) {
            (ABOUT | "problem", Some(ticket)) => self.open_report(ticket),
            (ABOUT | WITHOUT | "problem" | "new", _) => {
                let kept = self.empty_report(None);
                self.go_on_with(kept);
            }
            _ => {
                let by_key = requests().find(|(k, _)| k.to_string() == key);
                let kind = by_key.map(|(_, kind)| kind).or_else(|| key.parse().ok());
                let Some(kind) = kind.filter(|k| is_request(*k)) else {
                    return Err(format!(
                        "\"{key}\" is nothing that can be begun; problem, new, or a kind of request"
                    ));
                };
                self.new_request(kind, from);
            }
        }
        Ok(())
    }

    /// Opens a report that has no ticket yet.
    fn go_on_with(&mut self, kept: Kept) {
        self.s.inner.report_from = Some(self.s.pane).filter(|p| *p != Pane::Report);
        self.park();
        let parked = self.s.inner.parked.iter();
        let parked = parked.into_iter().position(|f| f.id() == kept.id);
        let form = match parked {
            Some(at) => *self.s.inner.parked.remove(at),
            None => {
                let fresh = !is_begun(&kept);
                let mut form = self.form(kept);
                if fresh {
                    form.base_at = None;
                }
                form
            }
        };
        self.put_form(form);
        self.go(Pane::Report);
    }

    /// The reports that were begun are known: they can be chosen.
    pub fn begun_known(&mut self, all: Vec<Kept>) {
        self.s.report.begun = all;
        self.s.report.begun.truncate(MOST_BEGUN);
        let choices = self.beginnings();
        if let Some(Overlay::Prompt(p)) = self.s.overlays.last_mut()
            && p.purpose == Purpose::New
        {
            p.choices = choices;
            p.cursor = Some(0);
        }
    }

    /// What can be begun, each with its key.
    pub fn beginnings(&self) -> Vec<Choice> {
        let choice = |key: &str, label: &str, detail: Printable| Choice {
            label: line(&format!("{key}  {label}")),
            detail,
            value: key.to_owned(),
        };
        let mut all = Vec::new();
        if let Some(row) = self.s.subject() {
            let label = format!("problem report of #{}", row.ticket.key);
            all.push(choice(ABOUT, &label, fit(&row.subject, TITLE)));
        }
        let without = line("the report becomes a ticket when it is complete");
        all.push(choice(WITHOUT, "problem report without a ticket", without));
        for (i, kept) in self.s.report.begun.iter().enumerate() {
            let label = format!("go on with: {}", title(kept));
            let at = crate::app::prepare::time(self.s, kept.at);
            all.push(choice(&(i + 1).to_string(), &label, at));
        }
        for (key, kind) in requests() {
            let label = format!("request: {}", kind.word().replace('-', " "));
            all.push(choice(&key.to_string(), &label, Printable::empty()));
        }
        all
    }
}

/// `1` is the first.
fn number(key: &str) -> Option<usize> {
    key.parse::<usize>().ok()?.checked_sub(1)
}

/// What a report without a ticket is called.
fn title(kept: &Kept) -> Printable {
    let d = &kept.draft;
    let all = [d.workspace.name.line(), d.actual.line(), d.expected.line()];
    let said = all.into_iter().filter(|t| !t.is_empty());
    let title = Printable::join(": ", said);
    if title.is_empty() {
        return Printable::literal("an empty report");
    }
    fit(&title, TITLE)
}

const fn is_request(kind: Kind) -> bool {
    !matches!(kind, Kind::Problem | Kind::Question)
}

/// The kinds of request, each with a key of its own: the first letter of its name that is free.
fn requests() -> impl Iterator<Item = (char, Kind)> {
    let mut taken: Vec<char> = vec!['p', 'n'];
    Kind::ALL
        .iter()
        .copied()
        .filter(|k| is_request(*k))
        .filter_map(move |kind| {
            let letters = kind.word().chars().filter(char::is_ascii_lowercase);
            let key = letters.into_iter().find(|c| !taken.contains(c))?;
            taken.push(key);
            Some((key, kind))
        })
}

/// Something was filled in.
fn is_begun(kept: &Kept) -> bool {
    Field::ALL.iter().any(|f| kept.draft.has(*f))
}
