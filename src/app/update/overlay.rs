//! Help, palette, command line, confirmations: their keys.

use std::sync::Arc;

use keybinds::{Key, KeyInput, Mods};

use crate::app::commands::{self, Action, Arg, TABLE};
use crate::app::effect::Effect;
use crate::app::state::{
    CommandLine, Confirm, Conflict, Go, Input, Overlay, Prompt, Purpose, Suggestion,
};
use crate::domain::list::Sort;
use crate::domain::query::complete;
use crate::domain::text::{Printable, line, width};
use crate::domain::ticket::{Kind, Priority, Status};

use super::{Turn, help};

impl Turn<'_> {
    /// A key for what lies on top.
    pub fn overlay_key(&mut self, key: KeyInput) {
        let Some(top) = self.s.overlays.last_mut() else {
            return;
        };
        if let Overlay::Confirm(c) = top {
            let scroll = match key.key() {
                Key::Down => c.scroll.saturating_add(1),
                Key::Up => c.scroll.saturating_sub(1),
                Key::PageDown => c.scroll.saturating_add(10),
                Key::PageUp => c.scroll.saturating_sub(10),
                Key::Char(k) if k == c.key && !key.mods().contains(Mods::CTRL) => {
                    if let Some(Overlay::Confirm(c)) = self.s.overlays.pop() {
                        self.confirmed(c);
                    }
                    return;
                }
                _ => {
                    self.s.overlays.pop();
                    return self.refuse("cancelled; nothing changed");
                }
            };
            c.scroll = scroll;
            return self.clamp_overlay();
        }
        if key.key() == Key::Esc {
            return self.escape();
        }
        match top {
            Overlay::Why(w) => match key.key() {
                Key::Char('j') | Key::Down => w.scroll += 1,
                Key::Char('k') | Key::Up => w.scroll = w.scroll.saturating_sub(1),
                Key::PageDown => w.scroll += 10,
                Key::PageUp => w.scroll = w.scroll.saturating_sub(10),
                _ => {
                    self.s.overlays.pop();
                }
            },
            Overlay::Help(h) => match key.key() {
                Key::Down => h.scroll += 1,
                Key::Up => h.scroll = h.scroll.saturating_sub(1),
                Key::PageDown => h.scroll += 10,
                Key::PageUp => h.scroll = h.scroll.saturating_sub(10),
                Key::Enter => {
                    self.s.overlays.pop();
                }
                _ => self.type_key(key),
            },
            Overlay::Palette(p) => match key.key() {
                Key::Down => p.cursor = (p.cursor + 1).min(p.rows.len().saturating_sub(1)),
                Key::Up => p.cursor = p.cursor.saturating_sub(1),
                Key::Enter => {
                    let action = p.rows.get(p.cursor).copied();
                    self.s.overlays.pop();
                    if let Some(action) = action {
                        self.run(action, None);
                    }
                }
                _ => self.type_key(key),
            },
            Overlay::Line(l) => match key.key() {
                Key::Tab | Key::Down => choose(l, true),
                Key::Up => choose(l, false),
                Key::Enter => self.enter_line(),
                Key::Backspace if l.input.text.is_empty() => {
                    self.s.overlays.pop();
                }
                _ => self.type_key(key),
            },
            Overlay::Prompt(_) => self.prompt_key(key),
            Overlay::Conflict(_) => self.conflict_key(key),
            Overlay::Absence(_) => return self.absence_key(key),
            Overlay::Confirm(_) => {}
        }
        self.clamp_overlay();
    }

    /// Scrolls stay within what there is.
    pub fn clamp_overlay(&mut self) {
        match self.s.overlays.last_mut() {
            Some(Overlay::Help(h)) => h.scroll = h.scroll.min(h.rows.len().saturating_sub(1)),
            Some(Overlay::Why(w)) => w.scroll = w.scroll.min(w.lines.len().saturating_sub(1)),
            Some(Overlay::Conflict(c)) => c.scroll = c.scroll.min(longest(c)),
            Some(Overlay::Confirm(c)) => {
                c.scroll = c
                    .scroll
                    .min((c.lines.len() + c.rows.len()).saturating_sub(1));
            }
            _ => {}
        }
    }

    fn escape(&mut self) {
        match self.s.overlays.pop() {
            Some(Overlay::Prompt(Prompt {
                purpose: Purpose::Find,
                ..
            })) => self.unfind(),
            Some(Overlay::Prompt(Prompt {
                purpose: Purpose::FindHere,
                ..
            })) => self.unfind_here(true),
            Some(Overlay::Prompt(Prompt {
                purpose: Purpose::Filter,
                ..
            })) => {
                let before = std::mem::take(&mut self.s.inner.filter_before);
                self.filter(&before);
            }
            Some(Overlay::Prompt(Prompt {
                purpose: Purpose::Override,
                ..
            })) => {
                self.s.inner.override_wants.clear();
                self.refuse("cancelled; nothing changed");
            }
            Some(Overlay::Prompt(Prompt {
                purpose: Purpose::Book,
                ..
            })) => self.book_dismissed(),
            _ => {}
        }
    }

    fn type_key(&mut self, key: KeyInput) {
        let changed = match self.s.overlays.last_mut() {
            Some(Overlay::Help(h)) => h.input.key(key),
            Some(Overlay::Palette(p)) => p.input.key(key),
            Some(Overlay::Line(l)) => l.input.key(key),
            _ => None,
        };
        if changed == Some(true) {
            self.typed();
        }
    }

    /// The text of what lies on top changed.
    pub fn typed(&mut self) {
        let context = self.context();
        let mut top = self.s.overlays.pop();
        match &mut top {
            Some(Overlay::Help(h)) => {
                h.rows = help::rows(&h.input.text, context);
                h.scroll = 0;
            }
            Some(Overlay::Palette(p)) => {
                p.rows = help::commands(&p.input.text);
                p.cursor = 0;
            }
            Some(Overlay::Line(l)) => {
                (l.error, l.chosen) = (None, None);
                l.suggestions = self.suggest(&l.input);
            }
            _ => {}
        }
        let prompt = matches!(top, Some(Overlay::Prompt(_)));
        self.s.overlays.extend(top);
        if prompt {
            self.prompt_typed();
        }
    }

    fn suggest(&self, input: &Input) -> Vec<Suggestion> {
        let text = &input.text[..input.cursor];
        let Some((name, arg)) = text.split_once(' ') else {
            return TABLE
                .iter()
                .filter(|c| c.name.starts_with(text) && !matches!(c.action, Action::CommandLine))
                .map(|c| Suggestion {
                    label: line(c.name),
                    detail: line(c.help),
                    replace: 0..input.cursor,
                    insert: if c.arg == Arg::None {
                        c.name.into()
                    } else {
                        format!("{} ", c.name)
                    },
                })
                .collect();
        };
        let from = input.cursor - arg.len();
        let Some(c) = commands::by_name(name) else {
            return Vec::new();
        };
        if c.arg == Arg::Filter {
            return complete(arg, arg.len(), &self.s.vocabulary)
                .into_iter()
                .map(|x| Suggestion {
                    label: x.text.clone(),
                    detail: x.help,
                    replace: from + x.replace.start..from + x.replace.end,
                    insert: x.text.into_string(),
                })
                .collect();
        }
        let word = if c.arg == Arg::Labels {
            arg.rsplit(' ').next().unwrap_or_default()
        } else {
            arg
        };
        let low = word.trim_start_matches('-').to_lowercase();
        self.words_for(c.arg)
            .into_iter()
            .filter(|(w, d)| w.to_lowercase().contains(&low) || d.to_lowercase().contains(&low))
            .take(50)
            .map(|(w, d)| Suggestion {
                label: line(&w),
                detail: line(&d),
                replace: input.cursor - word.trim_start_matches('-').len()..input.cursor,
                insert: w,
            })
            .collect()
    }

    /// The words that may follow a command, each with what it means.
    pub fn words_for(&self, arg: Arg) -> Vec<(String, String)> {
        let plain = |w: &str| (w.to_owned(), String::new());
        match arg {
            Arg::Agent => {
                let mut all = vec![
                    ("me".into(), "you".into()),
                    ("none".into(), "release it".into()),
                ];
                let agents = self.s.vocabulary.agents.iter();
                all.extend(agents.map(|a| (a.id.to_string(), a.name.line().into_string())));
                all
            }
            Arg::Status => Status::ALL.iter().map(|s| plain(s.word())).collect(),
            Arg::Priority => {
                let words = ["critical", "high", "normal", "low"];
                let mut all: Vec<_> = Priority::ALL
                    .iter()
                    .zip(words)
                    .map(|(p, w)| (p.word().into(), w.into()))
                    .collect();
                all.push(("none".into(), "no priority".into()));
                all
            }
            Arg::Labels => self.s.vocabulary.labels.iter().map(|l| plain(l)).collect(),
            Arg::When => ["1h", "4h", "tomorrow 9:00", "+1wd", "next week", "off"]
                .map(plain)
                .to_vec(),
            Arg::View => self
                .s
                .views
                .iter()
                .map(|v| (v.name.to_string(), v.text.clone()))
                .collect(),
            Arg::Sort => Sort::ALL.iter().map(|(_, w)| plain(w)).collect(),
            Arg::Macro => self.s.macros.iter().map(|m| plain(&m.name)).collect(),
            Arg::Ticket => self
                .s
                .queue
                .marks
                .values()
                .map(|m| {
                    (
                        m.ticket.key.to_string(),
                        m.ticket.subject.line().into_string(),
                    )
                })
                .collect(),
            Arg::Choice => ["mine", "theirs", "both"].map(plain).to_vec(),
            Arg::Field => self.fields(),
            Arg::Swap => self.swap_words(),
            Arg::None | Arg::Filter | Arg::Words => Vec::new(),
        }
    }

    /// Fields that can be edited, each with the values that are known.
    fn fields(&self) -> Vec<(String, String)> {
        let now = self.s.subject().map(|r| Arc::clone(&r.ticket));
        let is = |field: &str, value: Option<String>| {
            let value = value.unwrap_or_else(|| "none".into());
            (format!("{field} "), format!("now: {value}"))
        };
        let mut all = Vec::new();
        if let Some(t) = &now {
            let subject = t.subject.line().into_string();
            all.push((
                format!("subject {subject}"),
                "as it is, to be changed".into(),
            ));
            all.push(is("kind", Some(t.kind.to_string())));
            all.push(is("tenant", t.tenant.as_ref().map(ToString::to_string)));
            let workspace = t.workspace.as_ref().map(|w| w.line().into_string());
            all.push(is("workspace", workspace));
        }
        let kinds = Kind::ALL
            .iter()
            .map(|k| (format!("kind {k}"), String::new()));
        all.extend(kinds);
        let tenants = self.s.vocabulary.tenants.iter();
        all.extend(tenants.map(|t| (format!("tenant {}", t.id), t.name.line().into_string())));
        let spaces = self.s.vocabulary.workspaces.iter();
        all.extend(spaces.map(|w| (format!("workspace {}", w.line()), String::new())));
        all
    }

    fn enter_line(&mut self) {
        let Some(Overlay::Line(l)) = self.s.overlays.last_mut() else {
            return;
        };
        let text = l.input.text.trim().trim_start_matches(':').to_owned();
        let (name, arg) = text.split_once(' ').unwrap_or((&text, ""));
        if text.is_empty() {
            self.s.overlays.pop();
            return;
        }
        let mut fits = TABLE.iter().filter(|c| c.name.starts_with(name));
        let only = fits.next().filter(|_| fits.next().is_none());
        match commands::by_name(name).or(only) {
            Some(c) => {
                self.s.overlays.pop();
                self.run(c.action, Some(arg));
            }
            None => {
                l.error = Some(line(&format!(
                    "there is no command \"{name}\"; Tab completes, ? lists them"
                )))
            }
        }
    }

    fn confirmed(&mut self, c: Confirm) {
        match c.go {
            Go::Commit(wants) => {
                self.s.queue.marks.clear();
                self.s.queue.range = None;
                self.unmark_messages();
                self.commit(wants, None);
            }
            Go::Book(wish) => self.wish(*wish),
            Go::Override(wants) => {
                self.s.inner.override_wants = wants;
                self.ask(Purpose::Override);
            }
            Go::EscalateAnyway => self.ask(Purpose::EscalateAnyway),
            Go::PassReport => self.ask_reason(),
            Go::Retry(id) => self.fx.push(Effect::Retry(id)),
            Go::Withdraw(id) => self.fx.push(Effect::Withdraw(id)),
            Go::OpenUrl(address) => self.fx.push(Effect::OpenUrl(address)),
            Go::OpenAttachment(id) => self.fx.push(Effect::OpenAttachment(id)),
            Go::DeleteView(name) => self.fx.push(Effect::DeleteView(name)),
            Go::Cover(wish) => self.wish_confirmed(*wish),
            Go::LoseText => self.lose_text(),
            Go::SendNote => self.send(true),
            Go::Quit => self.leave(),
        }
    }
}

/// More lines than both texts can take, however narrow the screen is.
fn longest(c: &Conflict) -> usize {
    let rows = |l: &Printable| width(l) / 20 + 1;
    c.theirs.iter().chain(&c.mine).map(rows).sum()
}

fn choose(l: &mut CommandLine, forward: bool) {
    let n = l.suggestions.len();
    if n == 0 {
        return;
    }
    let next = match (l.chosen, forward) {
        (None, true) => 0,
        (None, false) => n - 1,
        (Some(i), true) => (i + 1) % n,
        (Some(i), false) => (i + n - 1) % n,
    };
    let new = l.suggestions[next].insert.clone();
    let range = match l.chosen {
        // The one before stands there now.
        Some(i) => {
            let s = &l.suggestions[i];
            s.replace.start..s.replace.start + s.insert.len()
        }
        None => l.suggestions[next].replace.clone(),
    };
    if l.input.text.get(range.clone()).is_some() {
        l.input.text.replace_range(range.clone(), &new);
        l.input.cursor = range.start + new.len();
        l.chosen = Some(next);
    }
}
