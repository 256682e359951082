//! Questions with one line to answer: what can be chosen, and what an answer does.

use keybinds::{Key, KeyInput};

use crate::app::commands::Arg;
use crate::app::effect::Effect;
use crate::app::inner::After;
use crate::app::state::{Choice, Input, Overlay, Prompt, Purpose, Suggestion};
use crate::domain::change::Act;
use crate::domain::people::{known_agent, known_tenant};
use crate::domain::query::complete;
use crate::domain::text::line;
use crate::domain::ticket::{Priority, Status};
use crate::domain::when::parse_when;

use super::Turn;

impl Turn<'_> {
    /// Asks.
    pub fn ask(&mut self, purpose: Purpose) {
        let tickets: Vec<_> = match purpose {
            Purpose::Find
            | Purpose::FindHere
            | Purpose::New
            | Purpose::Filter
            | Purpose::ViewName
            | Purpose::Give
            | Purpose::Until
            | Purpose::NoteFile
            | Purpose::Book
            | Purpose::Attach => Vec::new(),
            _ => self.targets().iter().map(|t| t.id).collect(),
        };
        let who = match tickets.len() {
            0 | 1 => String::new(),
            n => format!(" · {n} tickets"),
        };
        let title = match purpose {
            Purpose::Assign => "Assign to",
            Purpose::Status => "Status",
            Purpose::Priority => "Priority",
            Purpose::Labels => "Labels (-name removes one)",
            Purpose::Snooze => "Snooze until",
            Purpose::Merge => "Merge into (number), or link NUMBER, split SUBJECT",
            Purpose::Link => "Link to (number)",
            Purpose::Split => "Subject of the new ticket",
            Purpose::Macro => "Macro",
            Purpose::Filter => "Filter",
            Purpose::Find => "Find in everything",
            Purpose::FindHere => "Find in this ticket",
            Purpose::Edit => "Field and new value (subject, kind, tenant, workspace)",
            Purpose::Attach => "Attach file (-name removes one)",
            Purpose::Override | Purpose::EscalateAnyway => "The reason, for an internal note",
            Purpose::ViewName => "Name of the view",
            Purpose::PassReport => "The reason, for an internal note",
            Purpose::New => "New",
            Purpose::Give => "Give this ticket to",
            Purpose::Until => "Away until (a moment, a last day such as 2026-12-01, or now)",
            Purpose::NoteFile => "Save the note as (.md or .txt; nothing: in the downloads)",
            Purpose::Book => "",
        };
        let (title, begun) = match purpose {
            Purpose::Book => self.book_question(),
            _ => (title.to_owned(), String::new()),
        };
        self.s
            .inner
            .filter_before
            .clone_from(&self.s.queue.filter_text);
        self.s.inner.find_typed = false;
        let input = match purpose {
            Purpose::Filter => Input::of(&self.s.queue.filter_text),
            Purpose::Book => Input::of(&begun),
            _ => Input::default(),
        };
        self.s.overlays.push(Overlay::Prompt(Prompt {
            purpose,
            title: line(&format!("{title}{who}")),
            input,
            choices: Vec::new(),
            cursor: None,
            suggestions: Vec::new(),
            error: None,
            query_error: None,
            tickets,
        }));
        self.prompt_typed();
    }

    /// A key for a question.
    pub fn prompt_key(&mut self, key: KeyInput) {
        let Some(Overlay::Prompt(p)) = self.s.overlays.last_mut() else {
            return;
        };
        match key.key() {
            Key::Down if !p.choices.is_empty() => {
                p.cursor = Some(p.cursor.map_or(0, |c| (c + 1) % p.choices.len()));
            }
            Key::Up if !p.choices.is_empty() => {
                p.cursor = Some(
                    p.cursor
                        .map_or(0, |c| (c + p.choices.len() - 1) % p.choices.len()),
                );
            }
            Key::Tab => {
                if let Some(s) = p.suggestions.first() {
                    if p.input.text.get(s.replace.clone()).is_some() {
                        let (range, new) = (s.replace.clone(), s.insert.clone());
                        p.input.text.replace_range(range.clone(), &new);
                        p.input.cursor = range.start + new.len();
                    }
                } else if let Some(c) = p.choices.get(p.cursor.unwrap_or(0)) {
                    p.input = Input::of(&c.value);
                }
                self.prompt_typed();
            }
            Key::Enter => self.prompt_enter(),
            // One key is the whole answer.
            Key::Char(c) if p.purpose == Purpose::New => {
                let at = |x: &Choice| x.value == c.to_string();
                p.cursor = p.choices.iter().position(at).or(p.cursor);
                if p.choices.iter().any(|x| at(x)) {
                    self.prompt_enter();
                }
            }
            Key::Backspace if p.input.text.is_empty() && p.purpose == Purpose::Find => {
                self.s.overlays.pop();
                self.unfind();
            }
            _ => {
                if p.input.key(key) == Some(true) {
                    self.prompt_typed();
                }
            }
        }
    }

    /// What was typed changed: finds, filters, chooses anew.
    pub fn prompt_typed(&mut self) {
        let Some(Overlay::Prompt(p)) = self.s.overlays.last() else {
            return;
        };
        let (purpose, text, cursor) = (p.purpose, p.input.text.clone(), p.input.cursor);
        let mut suggestions = Vec::new();
        let mut query_error = None;
        match purpose {
            // What was found before stays until something is typed.
            Purpose::Find if text.is_empty() && !self.s.inner.find_typed => {}
            Purpose::Find => {
                self.s.inner.find_typed = true;
                self.find(&text);
            }
            Purpose::FindHere => self.find_here(&text),
            Purpose::Filter => {
                let all = complete(&text, cursor, &self.s.vocabulary);
                suggestions = all
                    .into_iter()
                    .map(|c| Suggestion {
                        label: c.text.clone(),
                        detail: c.help,
                        replace: c.replace,
                        insert: c.text.into_string(),
                    })
                    .collect();
                self.filter(&text);
                query_error.clone_from(&self.s.queue.filter_error);
            }
            Purpose::Attach | Purpose::NoteFile => {
                let generation = self.next();
                self.s.inner.paths = generation;
                let typed = text.clone();
                self.fx.push(Effect::Paths { generation, typed });
            }
            Purpose::Book => self.book_typed(&text),
            _ => {}
        }
        if purpose == Purpose::New {
            let choices = self.beginnings();
            if let Some(Overlay::Prompt(p)) = self.s.overlays.last_mut() {
                (p.choices, p.cursor) = (choices, Some(0));
            }
            return;
        }
        let (words, is_closed) = match purpose {
            Purpose::Book => self.book_words(),
            _ => (self.words_for(kind(purpose)), false),
        };
        let closed = is_closed
            || matches!(
                purpose,
                Purpose::Assign
                    | Purpose::Status
                    | Purpose::Priority
                    | Purpose::Macro
                    | Purpose::Give
            );
        let low = text.trim().to_lowercase();
        let mut found: Vec<(String, String)> = words
            .into_iter()
            .filter(|(w, d)| w.to_lowercase().contains(&low) || d.to_lowercase().contains(&low))
            .take(50)
            .collect();
        found.sort_by_key(|(w, _)| !w.to_lowercase().starts_with(&low));
        if let Some(Overlay::Prompt(p)) = self.s.overlays.last_mut() {
            p.choices = found
                .into_iter()
                .map(|(w, d)| Choice {
                    label: line(&w),
                    detail: line(&d),
                    value: w,
                })
                .collect();
            p.cursor = (closed && !p.choices.is_empty()).then_some(0);
            p.suggestions = suggestions;
            p.query_error = query_error;
            p.error = None;
        }
    }

    /// Paths came for the question that asks for a file. What is attached already can be
    /// taken off.
    pub fn paths_known(&mut self, paths: Vec<String>) {
        let off = self.s.composer.iter().flat_map(|c| &c.files);
        let off: Vec<String> = off.map(|f| format!("-{}", f.name.line())).collect();
        let Some(Overlay::Prompt(p)) = self.s.overlays.last_mut() else {
            return;
        };
        if !matches!(p.purpose, Purpose::Attach | Purpose::NoteFile) {
            return;
        }
        let off = off.into_iter().filter(|w| w.starts_with(&p.input.text));
        p.choices = off
            .map(|w| (w, "takes it off"))
            .chain(paths.into_iter().map(|w| (w, "")))
            .map(|(value, detail)| Choice {
                label: line(&value),
                detail: line(detail),
                value,
            })
            .collect();
        p.cursor = None;
    }

    fn prompt_enter(&mut self) {
        let Some(Overlay::Prompt(p)) = self.s.overlays.last() else {
            return;
        };
        let chosen = p
            .cursor
            .and_then(|c| p.choices.get(c))
            .map(|c| c.value.clone());
        let (purpose, text) = (
            p.purpose,
            chosen.unwrap_or_else(|| p.input.text.trim().to_owned()),
        );
        if purpose == Purpose::Filter
            && let Some(e) = p.query_error.clone()
        {
            // Now that it is meant to be whole, what is missing is said.
            if let Some(Overlay::Prompt(p)) = self.s.overlays.last_mut() {
                p.error = Some(line(&e.to_string()));
            }
            return;
        }
        let asked = p.tickets.clone();
        let Some(top) = self.s.overlays.pop() else {
            return;
        };
        // What was asked about counts, wherever the cursor is by now.
        self.s.inner.asked = (!asked.is_empty()).then_some(asked);
        let answer = self.answer_prompt(purpose, &text);
        self.s.inner.asked = None;
        if let Err(why) = answer {
            self.s.overlays.push(top);
            if let Some(Overlay::Prompt(p)) = self.s.overlays.last_mut() {
                p.error = Some(line(&why));
            }
        }
    }

    /// An answer, from a question or the command line.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn answer_prompt(&mut self, purpose: Purpose, text: &str) -> Result<(), String> {
        let ids: Vec<_> = self.targets().iter().map(|t| t.id).collect();
        match purpose {
            Purpose::Find | Purpose::Filter => {}
            Purpose::FindHere => self.unfind_here(false),
            Purpose::Assign => {
                let to = match text {
                    "me" => Some(self.s.me.clone()),
                    "none" => None,
                    name => Some(known_agent(name, &self.s.vocabulary.agents, &self.s.me)?),
                };
                self.act_on_all(|t| {
                    if t.assignee == to {
                        Vec::new()
                    } else {
                        vec![Act::Assign { to: to.clone() }]
                    }
                });
            }
            Purpose::Status => {
                let to: Status = text
                    .parse()
                    .map_err(|e: crate::domain::ticket::UnknownWord| e.to_string())?;
                self.set_status(to);
            }
            Purpose::Priority => {
                let to = if text == "none" {
                    None
                } else {
                    Some(text.parse::<Priority>().map_err(|e| e.to_string())?)
                };
                self.act_on_all(|t| {
                    if t.priority == to {
                        Vec::new()
                    } else {
                        vec![Act::Priority { to }]
                    }
                });
            }
            Purpose::Labels => self.labels(text)?,
            Purpose::Snooze => {
                let until = match text {
                    "off" | "none" => None,
                    text => Some(parse_when(text, self.s.now, &self.s.calendar)?),
                };
                self.act_on_all(|t| {
                    if t.snoozed_until == until {
                        Vec::new()
                    } else {
                        vec![Act::Snooze { until }]
                    }
                });
            }
            Purpose::Merge => match text.split_once(' ') {
                Some(("split", subject)) => self.split(subject),
                Some(("link", key)) => self.find_ticket(key, After::Link(ids)),
                Some(("merge", key)) => self.find_ticket(key, After::Merge(ids)),
                _ if text.is_empty() => {
                    return Err("give the number of the ticket that goes on".into());
                }
                _ => self.find_ticket(text, After::Merge(ids)),
            },
            Purpose::Link => self.find_ticket(text, After::Link(ids)),
            Purpose::Split => self.split(text),
            Purpose::Macro => self.run_macro(text),
            Purpose::Edit => self.edit(text)?,
            Purpose::Book => self.book_answered(text)?,
            Purpose::Attach => self.attach(text)?,
            Purpose::Override => {
                if text.trim().is_empty() {
                    return Err("a reason is needed; Esc leaves the ticket as it is".into());
                }
                self.pass_gate(text.trim());
            }
            Purpose::EscalateAnyway => {
                if text.trim().is_empty() {
                    return Err("a reason is needed; Esc leaves the ticket with us".into());
                }
                self.escalate_anyway(text.trim());
            }
            Purpose::PassReport => self.pass_report(text)?,
            Purpose::New => self.begin(text)?,
            Purpose::Give => self.answer_give(text)?,
            Purpose::Until => self.answer_until(text)?,
            Purpose::NoteFile => self.write_note(text),
            Purpose::ViewName => self.run(crate::app::Action::View, Some(&format!("save {text}"))),
        }
        Ok(())
    }

    fn labels(&mut self, text: &str) -> Result<(), String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        if words.is_empty() {
            return Err("name one or more labels; -name takes one off".into());
        }
        self.act_on_all(|t| {
            words
                .iter()
                .filter_map(|w| match w.strip_prefix('-') {
                    Some(off) => t.labels.iter().any(|l| l == off).then(|| Act::RemoveLabel {
                        label: off.to_owned(),
                    }),
                    None => (!t.labels.contains(w)).then(|| Act::AddLabel { label: w.clone() }),
                })
                .collect()
        });
        Ok(())
    }

    fn edit(&mut self, text: &str) -> Result<(), String> {
        let (field, value) = text.split_once(' ').unwrap_or((text, ""));
        let act = Act::edit(field, value)?;
        if let Act::Tenant { to: Some(tenant) } = &act {
            known_tenant(tenant, &self.s.vocabulary.tenants)?;
        }
        self.act_on_all(|t| {
            if act.is_so_already(t) {
                Vec::new()
            } else {
                vec![act.clone()]
            }
        });
        Ok(())
    }
}

fn kind(purpose: Purpose) -> Arg {
    match purpose {
        Purpose::Assign | Purpose::Give => Arg::Agent,
        Purpose::Status => Arg::Status,
        Purpose::Priority => Arg::Priority,
        Purpose::Labels => Arg::Labels,
        Purpose::Snooze | Purpose::Until => Arg::When,
        Purpose::Macro => Arg::Macro,
        Purpose::Merge | Purpose::Link => Arg::Ticket,
        Purpose::Edit => Arg::Field,
        _ => Arg::None,
    }
}
