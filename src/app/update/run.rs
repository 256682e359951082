//! What each act of the table does.

use crate::app::commands::{self, Action};
use crate::app::effect::Effect;
use crate::app::inner::After;
use crate::app::layout::{detail_lines, layout, list_rows};
use crate::app::state::{CommandLine, Go, Help, Overlay, Palette, Pane, Purpose, Tone};
use crate::domain::change::Act;
use crate::domain::list::Sort;
use crate::domain::text::line;
use crate::domain::thread::Visibility;
use crate::domain::ticket::Status;

use super::Turn;

impl Turn<'_> {
    /// Does an act; `arg` is what followed its name on the command line.
    pub fn run(&mut self, action: Action, arg: Option<&str>) {
        if let Some(why) = commands::command(action).and_then(|c| c.disabled(self.s)) {
            return self.refuse(why);
        }
        let arg = arg.map(str::trim).filter(|a| !a.is_empty());
        if action != Action::NextUrgent {
            self.s.inner.skip.clear();
        }
        match action {
            Action::Down
            | Action::Up
            | Action::First
            | Action::Last
            | Action::HalfDown
            | Action::HalfUp
            | Action::PageDown
            | Action::PageUp => self.travel(action),
            Action::Open => match arg {
                Some(key) => self.find_ticket(key, After::Open),
                None => self.open(),
            },
            Action::Back => self.back(),
            Action::Close => self.close(),
            Action::Quit => self.quit(),
            Action::Help => {
                self.s.overlays.push(Overlay::Help(Help::default()));
                self.typed();
            }
            Action::Palette => {
                self.s.overlays.push(Overlay::Palette(Palette::default()));
                self.typed();
            }
            Action::CommandLine => {
                self.s.overlays.push(Overlay::Line(CommandLine::default()));
                self.typed();
            }
            Action::NextPane | Action::PreviousPane => self.cycle(action == Action::NextPane),
            Action::GoQueue => self.go(Pane::Queue),
            Action::GoSla => self.go(Pane::Sla),
            Action::GoDetail => self.go(Pane::Detail),
            Action::GoOutbox => self.go(Pane::Outbox),
            Action::GoAudit => self.go(Pane::Audit),
            Action::GoReport
            | Action::NewReport
            | Action::AskBack
            | Action::Escalate
            | Action::FieldNext
            | Action::FieldPrevious
            | Action::FieldMissing
            | Action::TakeOffer
            | Action::TakeOffers
            | Action::RefuseOffer
            | Action::TakenBack
            | Action::StepUp
            | Action::StepDown
            | Action::StepAway
            | Action::ConfirmNew
            | Action::Complete => self.run_report(action, arg),
            Action::GoCoverage
            | Action::GoHandover
            | Action::StretchNext
            | Action::StretchPrevious
            | Action::Farther
            | Action::Nearer
            | Action::PlanAbsence
            | Action::EditAbsence
            | Action::UntilAbsence
            | Action::DropAbsence
            | Action::PreviewHandover
            | Action::HandoverNote
            | Action::ReturnTickets
            | Action::Pick
            | Action::Give
            | Action::KeepNote
            | Action::NoteIntoTickets
            | Action::NoteDone
            | Action::Apply
            | Action::Swap
            | Action::OnCall => self.run_coverage(action, arg),
            Action::GoKnowledge => self.run_knowledge(action, arg),
            Action::GoRequests
            | Action::Answer
            | Action::Tick
            | Action::Said
            | Action::Add
            | Action::Drop
            | Action::Tell
            | Action::ColumnNext
            | Action::ColumnPrevious
            | Action::Register => self.run_requests(action, arg),
            Action::Stale | Action::Correct | Action::Publish => self.run_knowledge(action, arg),
            Action::NextView | Action::PreviousView if self.s.pane == Pane::Requests => {
                self.turn_page(action == Action::NextView);
            }
            Action::Filter | Action::Find if self.in_books() => self.narrow_by(arg),
            Action::Editor if self.in_books() && self.s.composer.is_none() => self.edit_outside(),
            Action::Zoom => self.zoom(true),
            Action::Unzoom => self.zoom(false),
            Action::Refresh => self.refresh(),
            Action::Sync => self.fx.push(Effect::Sync),
            Action::Undo if self.undo_plan() => {}
            Action::Undo if self.undo_in_books() => {}
            Action::Undo => self.fx.push(Effect::Undo),
            Action::Redo => self.fx.push(Effect::Redo),
            Action::Why => self.why(),
            Action::HourNext | Action::HourPrevious => self.hour(action == Action::HourNext),
            Action::Later | Action::LaterDay => self.later(action == Action::LaterDay),
            Action::Earlier | Action::EarlierDay => self.earlier(action == Action::EarlierDay),
            Action::LookAt => self.look_at_text(arg),
            Action::Now => self.look_at(None),
            Action::ToggleVisibility => self.toggle_visibility(),
            Action::Send => self.send(false),
            Action::Editor if self.s.pane == Pane::Coverage && self.s.composer.is_none() => {
                self.edit_note_outside();
            }
            Action::Editor => self.editor(),
            Action::Attach => match arg {
                None if self.s.composer.is_some() => self.ask(Purpose::Attach),
                arg => {
                    if let Err(why) = self.attach(arg.unwrap_or_default()) {
                        self.refuse(&why);
                    }
                }
            },
            Action::Retry => self.retry(),
            Action::Rework => self.rework(),
            Action::Withdraw => self.withdraw(),
            Action::Choose => self.choose(arg),
            Action::NextUrgent => {
                let generation = self.next();
                self.s.inner.urgent = generation;
                let (asker, skip) = (self.asker(), self.s.inner.skip.clone());
                let ahead = self.s.inner.ahead.urgent.take_if(|u| u.0 == skip);
                if let Some((_, found)) = ahead {
                    return self.urgent(Some(*found));
                }
                self.fx.push(Effect::NextUrgent {
                    generation,
                    asker,
                    skip,
                });
            }
            _ => self.run_list(action, arg),
        }
    }

    fn run_list(&mut self, action: Action, arg: Option<&str>) {
        match action {
            Action::Find if self.s.pane == Pane::Detail => match arg {
                Some(words) => self.find_here(words),
                None => self.ask(Purpose::FindHere),
            },
            Action::Find => {
                // From another pane the list is what is searched.
                if self.s.pane != Pane::Queue {
                    self.go(Pane::Queue);
                }
                match arg {
                    Some(words) => self.find(words),
                    None => self.ask(Purpose::Find),
                }
            }
            Action::FindNext | Action::FindPrevious => {
                let forward = action == Action::FindNext;
                if self.s.pane == Pane::Detail {
                    self.match_in_detail(forward);
                } else {
                    self.step(if forward { 1 } else { -1 });
                }
            }
            Action::Filter => match arg {
                Some(text) => {
                    self.filter(text);
                    if let Some(e) = &self.s.queue.filter_error {
                        let text = e.to_string();
                        self.refuse(&text);
                    }
                }
                None => self.ask(Purpose::Filter),
            },
            Action::Sort => self.run_sort(arg),
            Action::NextView | Action::PreviousView => {
                let n = self.s.views.len().max(1);
                let by = if action == Action::NextView { 1 } else { n - 1 };
                self.view((self.s.active + by) % n);
            }
            Action::View => self.run_view(arg),
            Action::Mark if self.s.pane == Pane::Detail => self.mark_message(),
            Action::Mark => {
                self.mark();
                self.step(1);
            }
            Action::Range => self.range(),
            Action::MarkAll => self.mark_all(),
            Action::NextTicket => self.neighbour(1),
            Action::PreviousTicket => self.neighbour(-1),
            Action::Timeline => self.timeline(),
            Action::Quotes => self.quotes(),
            Action::NextFile => self.next_file(),
            Action::SaveAttachment | Action::OpenAttachment => self.file(action, arg),
            _ => self.run_ticket(action, arg),
        }
    }

    fn run_ticket(&mut self, action: Action, arg: Option<&str>) {
        if let Some(why) = self.beyond(action) {
            return self.refuse(why);
        }
        let me = self.s.me.clone();
        let purpose = match action {
            Action::Reply => return self.compose(Visibility::Public),
            Action::Note => return self.compose(Visibility::Internal),
            Action::Take => {
                return self.act_on_all(|t| {
                    let mine = t.assignee.as_ref() == Some(&me);
                    if mine {
                        Vec::new()
                    } else {
                        vec![Act::Assign {
                            to: Some(me.clone()),
                        }]
                    }
                });
            }
            Action::Release => {
                return self.act_on_all(|t| {
                    if t.assignee.is_none() {
                        Vec::new()
                    } else {
                        vec![Act::Assign { to: None }]
                    }
                });
            }
            Action::Resolve => return self.resolve(None),
            Action::Unread => {
                let ids = self.targets().iter().map(|t| t.id).collect();
                self.fx.push(Effect::MarkUnread(ids));
                return self.toast(Tone::Good, line("marked unread"), None);
            }
            Action::CopyKey | Action::CopyLink | Action::Browser => return self.outward(action),
            Action::Assign => Purpose::Assign,
            Action::Status => Purpose::Status,
            Action::Priority => Purpose::Priority,
            Action::Labels => Purpose::Labels,
            Action::Snooze => Purpose::Snooze,
            Action::Merge => Purpose::Merge,
            Action::Link => Purpose::Link,
            Action::Split => Purpose::Split,
            Action::Edit => Purpose::Edit,
            Action::Macro => Purpose::Macro,
            _ => return,
        };
        match arg {
            Some(text) => {
                if let Err(why) = self.answer_prompt(purpose, text) {
                    self.refuse(&why);
                }
            }
            None => self.ask(purpose),
        }
    }

    fn outward(&mut self, action: Action) {
        let Some(key) = self.s.subject().map(|r| r.ticket.key.clone()) else {
            return;
        };
        if action == Action::CopyKey {
            let marks = self.s.queue.marks.values();
            let marked: Vec<_> = marks.map(|m| m.ticket.key.to_string()).collect();
            let (text, what) = match marked.len() {
                0 => (key.to_string(), format!("number {key}")),
                _ if self.s.pane != Pane::Queue => (key.to_string(), format!("number {key}")),
                n => (marked.join(" "), format!("{n} numbers")),
            };
            let what = line(&what);
            return self.fx.push(Effect::Copy { text, what });
        }
        let Some(template) = &self.s.ticket_url else {
            return self
                .refuse("tickets of this desk have no pages; set ticket_url in config.toml");
        };
        let address = key.page(template);
        if action == Action::CopyLink {
            let what = line(&format!("the address of {key}"));
            return self.fx.push(Effect::Copy {
                text: address,
                what,
            });
        }
        let host = address.split('/').nth(2).unwrap_or_default().to_owned();
        let lines = vec![line(&address), line("This machine's browser opens it.")];
        let verb = format!("open #{key} at {host}");
        self.confirm(&verb, lines, Vec::new(), Go::OpenUrl(address));
    }

    fn file(&mut self, action: Action, arg: Option<&str>) {
        let Some((d, l)) = self
            .s
            .detail
            .as_ref()
            .and_then(|d| Some((d, d.loaded.as_ref()?)))
        else {
            return;
        };
        let index = d.attachment.unwrap_or(0);
        let Some(id) = l.attachments.get(index).copied() else {
            return;
        };
        if action == Action::SaveAttachment {
            let to = arg.map(str::to_owned);
            return self.fx.push(Effect::SaveAttachment { id, to });
        }
        let files = l.thread.messages.iter().flat_map(|m| &m.attachments);
        let name = files
            .into_iter()
            .find(|a| a.id == id)
            .map(|a| a.name.line())
            .unwrap_or_default();
        self.confirm(
            "open this file",
            vec![
                name,
                line("It comes from outside; this machine's own program opens it."),
            ],
            Vec::new(),
            Go::OpenAttachment(id),
        );
    }

    fn run_sort(&mut self, arg: Option<&str>) {
        let all = Sort::ALL;
        let now = all
            .iter()
            .position(|(s, _)| *s == self.s.queue.sort)
            .unwrap_or(0);
        let to = match arg {
            None => Some(all[(now + 1) % all.len()].0),
            Some(word) => all.iter().find(|(_, w)| *w == word).map(|(s, _)| *s),
        };
        match to {
            Some(to) => self.sort(to),
            None => self.refuse("sort by due, updated, priority or age"),
        }
    }

    fn run_view(&mut self, arg: Option<&str>) {
        let Some(arg) = arg else {
            return self.refuse(":view NAME, :view save NAME or :view delete NAME");
        };
        let at = |name: &str| {
            self.s
                .views
                .iter()
                .position(|v| v.name.as_str().eq_ignore_ascii_case(name))
        };
        match arg
            .split_once(' ')
            .map_or((arg, ""), |(a, b)| (a, b.trim()))
        {
            ("save", "") | ("delete", "") => self.refuse("give the view a name: :view save NAME"),
            ("save", name) => self.save_view(name),
            ("delete", name) if !name.is_empty() => match at(name).map(|i| &self.s.views[i]) {
                Some(v) if v.own => {
                    let name = v.name.to_string();
                    let text = vec![line(&format!("Its filter is {}", v.text))];
                    self.confirm(
                        &format!("delete the view \"{name}\""),
                        text,
                        Vec::new(),
                        Go::DeleteView(name),
                    );
                }
                Some(_) => self.refuse("built-in views cannot be deleted"),
                None => self.refuse(&format!("there is no view \"{name}\"")),
            },
            _ => match at(arg) {
                Some(i) => self.view(i),
                None => self.refuse(&format!(
                    "there is no view \"{arg}\"; [ and ] step through them"
                )),
            },
        }
    }

    fn save_view(&mut self, name: &str) {
        let name = line(name);
        if self.s.views.iter().any(|v| !v.own && v.name == name) {
            return self.refuse("a built-in view has this name; choose another name");
        }
        // What is shown, in the language that is read back: a search is words, not a filter.
        let (query, sort) = (self.query(), self.s.queue.sort);
        let text = query.to_string();
        let count = crate::domain::list::Count::Unknown;
        let warn = self.s.views.iter().any(|v| v.name == name && v.warn);
        self.fx.push(Effect::SaveView(crate::app::state::View {
            name,
            query,
            text,
            sort,
            own: true,
            warn,
            count,
        }));
    }

    fn travel(&mut self, action: Action) {
        let pane = self.s.pane;
        let page = if pane == Pane::Detail {
            detail_lines(self.s).0
        } else {
            list_rows(self.s)
        };
        let page = page.cast_signed().max(2);
        let by = match action {
            Action::Down => 1,
            Action::Up => -1,
            Action::HalfDown => page / 2,
            Action::HalfUp => -page / 2,
            Action::PageDown => page - 1,
            Action::PageUp => 1 - page,
            Action::First if pane == Pane::Queue => return self.edge(false),
            Action::Last if pane == Pane::Queue => return self.edge(true),
            Action::First => isize::MIN / 2,
            _ => isize::MAX / 2,
        };
        self.move_in(pane, by);
    }

    /// Moves the cursor, or scrolls, in a pane.
    pub fn move_in(&mut self, pane: Pane, by: isize) {
        if matches!(pane, Pane::Sla | Pane::Outbox | Pane::Audit) {
            self.moved();
        }
        let rows = list_rows(self.s);
        let shift = |cursor: &mut usize, top: &mut usize, len: usize| {
            *cursor = cursor.saturating_add_signed(by).min(len.saturating_sub(1));
            *top = (*top).min(*cursor).max((*cursor + 1).saturating_sub(rows));
        };
        match pane {
            Pane::Queue => self.step(by),
            Pane::Detail => self.scroll_detail(by),
            Pane::Sla => {
                let n = self.s.sla.outlook.as_ref().map_or(0, |o| o.marks.len());
                let sla = &mut self.s.sla;
                shift(&mut sla.cursor, &mut sla.scroll, n);
            }
            Pane::Outbox => {
                let o = &mut self.s.outbox;
                let (mut unused, len) = (0, o.rows.len());
                shift(&mut o.cursor, &mut unused, len);
                o.follow(rows);
            }
            Pane::Audit => {
                let a = &mut self.s.audit;
                shift(&mut a.cursor, &mut a.top, a.rows.len());
            }
            Pane::Report => self.move_in_report(by),
            Pane::Coverage => self.move_in_coverage(by),
            Pane::Knowledge => self.move_in_knowledge(by),
            Pane::Requests => self.move_in_requests(by),
        }
    }

    /// Opens what is under the cursor.
    pub fn open(&mut self) {
        if self.s.pane == Pane::Detail {
            return self.quotes();
        }
        if self.in_conflict() {
            return self.show_conflict();
        }
        if self.s.pane == Pane::Coverage && self.open_in_coverage() {
            return;
        }
        if self.in_books() {
            return self.open_in_books();
        }
        let id = self.s.under_cursor();
        match id {
            Some(id) => self.open_ticket(id),
            None => self.refuse("there is nothing under the cursor to open"),
        }
    }

    /// Back one step: the pane, the search, the filter, the marks.
    fn back(&mut self) {
        if self.s.as_of.is_some() && matches!(self.s.pane, Pane::Sla | Pane::Queue) {
            self.look_at(None);
        } else if self.s.zoomed {
            self.zoom(false);
        } else if self.back_in_pane() {
        } else if self.s.pane != Pane::Queue {
            self.go(Pane::Queue);
        } else if self.s.queue.find.is_some() {
            self.unfind();
        } else if !self.s.queue.filter_text.is_empty() || self.s.queue.filter_error.is_some() {
            self.filter("");
            self.s.queue.filter_error = None;
        } else {
            self.s.queue.marks.clear();
            self.s.queue.range = None;
            self.s.toasts.retain(|t| t.countdown);
        }
    }

    /// Back one step within the pane, where it has steps.
    fn back_in_pane(&mut self) -> bool {
        self.s.pane == Pane::Coverage && self.back_in_coverage()
            || self.back_in_books()
            || self.s.pane == Pane::Detail && self.unmark_messages()
    }

    fn close(&mut self) {
        let nested = self.s.zoomed || self.s.as_of.is_some() || self.s.queue.find.is_some();
        if self.s.pane != Pane::Queue || nested {
            self.back();
        } else {
            self.quit();
        }
    }

    fn quit(&mut self) {
        let waiting = self.s.freshness.outbox;
        if waiting == 0 {
            return self.leave();
        }
        let text = if waiting == 1 {
            "1 change is in the outbox. It is kept and sent next time.".to_owned()
        } else {
            format!("{waiting} changes are in the outbox. They are kept and sent next time.")
        };
        self.confirm("quit", vec![line(&text)], Vec::new(), Go::Quit);
    }

    /// Ends the program.
    pub fn leave(&mut self) {
        self.save_draft();
        self.save_note();
        self.save_all_reports();
        self.s.quitting = true;
        self.fx.push(Effect::Quit);
    }

    /// Gives a pane the keys.
    pub fn go(&mut self, pane: Pane) {
        if pane == Pane::Detail && self.s.detail.is_none() {
            return match self.s.queue.selected().map(|r| r.ticket.id) {
                Some(id) => self.open_ticket(id),
                None => self.refuse("there is no ticket under the cursor"),
            };
        }
        self.s.pane = pane;
        match pane {
            Pane::Outbox => {
                self.ask_outbox();
                self.moved();
            }
            Pane::Audit => {
                self.ask_audit();
                self.moved();
            }
            Pane::Report => self.enter_report(),
            Pane::Coverage => self.enter_coverage(),
            Pane::Knowledge => self.enter_knowledge(),
            Pane::Requests => self.enter_requests(),
            Pane::Sla => {
                self.ask_outlook();
                self.moved();
            }
            Pane::Detail => {
                let id = self.s.detail.as_ref().map(|d| d.ticket);
                if let Some(id) = id {
                    self.open_ticket(id);
                }
            }
            Pane::Queue => {
                if let Some(d) = &mut self.s.detail {
                    d.opened = false;
                }
                self.moved();
            }
        }
        self.rewrap();
    }

    fn cycle(&mut self, forward: bool) {
        let order = [
            Pane::Queue,
            Pane::Sla,
            Pane::Detail,
            Pane::Report,
            Pane::Coverage,
            Pane::Outbox,
        ];
        let at = order.iter().position(|p| *p == self.s.pane).unwrap_or(0);
        let by = if forward { 1 } else { order.len() - 1 };
        self.go(order[(at + by) % order.len()]);
    }

    fn zoom(&mut self, on: bool) {
        self.s.zoomed = on && layout(self.s).body.height > 0;
        self.rewrap();
    }

    fn refresh(&mut self) {
        match self.s.pane {
            Pane::Queue => {
                self.s.inner.ahead = Default::default();
                self.ask_list();
                self.ask_counts();
            }
            Pane::Detail => {
                let id = self.s.detail.as_ref().map(|d| d.ticket);
                if let Some(id) = id {
                    self.ask_thread(id);
                }
            }
            Pane::Sla => self.ask_outlook(),
            Pane::Outbox => self.ask_outbox(),
            Pane::Audit => self.ask_audit(),
            Pane::Report => self.enter_report(),
            Pane::Coverage => self.refresh_coverage(),
            Pane::Knowledge => self.enter_knowledge(),
            Pane::Requests => self.enter_requests(),
        }
    }

    /// A status from the prompt: resolving goes through the gate.
    pub fn set_status(&mut self, to: Status) {
        if to.is_live() {
            self.act_on_all(|t| {
                if t.status == to {
                    Vec::new()
                } else {
                    vec![Act::Status { to }]
                }
            });
        } else {
            self.resolve(Some(to));
        }
    }
}
