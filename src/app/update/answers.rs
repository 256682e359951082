//! Answers from outside and news from the store.

use crate::app::effect::Effect;
use crate::app::event::{Changed, Event, Fault, Undone};
use crate::app::inner::After;
use crate::app::layout::list_rows;
use crate::app::names::Names;
use crate::app::prepare;
use crate::app::state::{Input, Overlay, Pane, Purpose, Screen, Tone};
use crate::domain::gate::is_in_scope;
use crate::domain::list::{Urgent, Vocabulary};
use crate::domain::text::line;
use crate::domain::thread::{Thread, Visibility};
use crate::domain::ticket::{Ticket, TicketKey};

use super::{Turn, say};

impl Turn<'_> {
    /// Takes an answer in; a late one is dropped.
    pub fn answer(&mut self, event: Event) {
        self.outdate(&event);
        match event {
            Event::Listed { generation, answer } if generation == self.s.inner.list => match answer
            {
                Ok(page) => self.listed(page),
                Err(fault) => {
                    self.s.queue.loading = false;
                    self.s.queue.error = Some(fault.what);
                }
            },
            Event::Marked { generation, answer } if generation == self.s.inner.marks => {
                match answer {
                    Ok(page) => self.marked(page),
                    Err(fault) => self.fault(fault),
                }
            }
            Event::Counted { generation, answer } if generation == self.s.inner.counts => {
                self.s.inner.counting = false;
                if let Ok(counts) = answer {
                    for (view, count) in self.s.views.iter_mut().zip(counts) {
                        view.count = count;
                    }
                    self.set_banner();
                }
                if std::mem::take(&mut self.s.inner.recount) {
                    self.ask_counts();
                }
            }
            Event::Threaded { generation, answer } if generation == self.s.inner.thread => {
                self.threaded(answer)
            }
            Event::Hours(hours) => {
                let (calendar, policy) = *hours;
                (self.s.calendar, self.s.policy) = (calendar.into(), policy.into());
            }
            Event::NextUrgent { generation, answer } if generation == self.s.inner.urgent => {
                match answer {
                    Ok(found) => self.urgent(found.map(|f| *f)),
                    Err(fault) => self.fault(fault),
                }
            }
            Event::Ahead { generation, here } => self.is_ahead(generation, here),
            Event::Reports(generation, news) => self.reported(generation, news),
            Event::Escalation(generation, news) => self.escalation_planned(generation, news),
            Event::Cover(generation, news) => self.covered(generation, news),
            Event::Books(generation, news) => self.looked_up(generation, news),
            Event::Outlooked { generation, answer } if generation == self.s.inner.outlook => {
                self.outlooked(answer);
            }
            Event::Approached {
                generation,
                answer: Ok(found),
            } if generation == self.s.inner.approaching => self.approached(found),
            Event::Outboxed { generation, answer } if generation == self.s.inner.outbox => {
                match answer {
                    Ok(rows) => {
                        self.s.outbox.take(rows);
                        let rows = self.s.outbox.rows.iter();
                        let words = rows
                            .map(|r| line(&say::act(&r.change.act, self.s)))
                            .collect();
                        let room = list_rows(self.s);
                        let o = &mut self.s.outbox;
                        (o.words, o.loaded, o.error) = (words, true, None);
                        o.follow(room);
                    }
                    Err(fault) => self.s.outbox.error = Some(fault.what),
                }
            }
            Event::Audited { generation, answer } if generation == self.s.inner.audit => {
                match answer {
                    Ok(rows) => {
                        let a = &mut self.s.audit;
                        (a.loaded, a.error) = (true, None);
                        a.cursor = a.cursor.min(rows.len().saturating_sub(1));
                        a.rows = rows;
                    }
                    Err(fault) => self.s.audit.error = Some(fault.what),
                }
            }
            Event::Found {
                generation,
                key,
                answer,
            } if generation == self.s.inner.found => match answer {
                Ok(found) => self.found(&key, found),
                Err(fault) => self.fault(fault),
            },
            Event::Vocabulary(Ok(words)) => self.words_known(*words),
            Event::Committed { batch, answer } => self.committed(batch, answer),
            Event::Attached { ticket, answer } => self.attached(ticket, answer),
            Event::Paths { generation, paths } if generation == self.s.inner.paths => {
                self.paths_known(paths);
            }
            Event::Retried(Ok(())) => {
                self.toast(Tone::Good, line("goes out again"), None);
            }
            Event::Withdrawn(answer) => self.withdrawn(answer),
            Event::Chosen(answer) => self.undone(answer, "it was settled in the meantime"),
            Event::Undone(answer) => self.undone(answer, "nothing of yours is left to take back"),
            Event::Redone(answer) => {
                self.undone(answer, "nothing was taken back that could be done again")
            }
            Event::DraftSaved { place, at, answer } => self.draft_saved(place, at, answer),
            Event::Edited(Ok(text)) if self.note_edited(text.as_ref()) => {}
            Event::Edited(Ok(text)) => self.edited(text),
            Event::ViewsSaved(Ok(own)) => {
                let before: Vec<_> = self.s.views.iter().map(|v| v.name.clone()).collect();
                let new = own.iter().find(|v| !before.contains(&v.name));
                let words = new.map_or_else(
                    || line("the views are kept in config.toml"),
                    |v| line(&format!("view \"{}\" is kept; [ and ] step to it", v.name)),
                );
                self.toast(Tone::Good, words, None);
                let name = self.s.views.get(self.s.active).map(|v| v.name.clone());
                self.s.views.retain(|v| !v.own);
                self.s.views.extend(own);
                let at = self
                    .s
                    .views
                    .iter()
                    .position(|v| Some(&v.name) == name.as_ref());
                self.s.active = at.unwrap_or(0);
                if at.is_none() {
                    self.view(0);
                }
                self.ask_counts();
            }
            Event::Done(text) => self.toast(Tone::Good, text, None),
            Event::Changed(changed) => self.changed(&changed),
            Event::Failed(fault) => {
                if let Screen::Welcome { busy, .. } = &mut self.s.screen {
                    *busy = false;
                }
                self.fault(fault);
            }
            Event::Vocabulary(Err(fault))
            | Event::Edited(Err(fault))
            | Event::Retried(Err(fault))
            | Event::ViewsSaved(Err(fault)) => {
                self.fault(fault);
            }
            _ => {}
        }
    }

    /// Something in the store changed: what is shown is asked for again, once for many.
    fn changed(&mut self, changed: &Changed) {
        // Rows of the list say what is stuck of them; what is refused leaves the count.
        let stuck = changed.freshness.stuck > 0
            || changed.freshness.outbox != self.s.freshness.outbox
            || !self.s.outbox.stuck.is_empty()
            || !self.s.outbox.loaded;
        self.s.freshness = changed.freshness.clone();
        if changed.vocabulary {
            self.fx.push(Effect::Vocabulary(self.s.now));
            self.ask_known();
        }
        if self.s.screen != Screen::Desk {
            return;
        }
        self.coverage_changed(changed);
        if changed.all || !changed.tickets.is_empty() {
            if self.s.queue.loading {
                self.s.inner.stale = true;
            } else {
                self.ask_list();
            }
            self.recount_soon();
            self.ask_answered();
            let open = self.s.detail.as_ref().map(|d| d.ticket);
            if let Some(ticket) = open.filter(|t| changed.all || changed.tickets.contains(t)) {
                self.ask_thread(ticket);
            }
        }
        match self.s.pane {
            Pane::Outbox => self.ask_outbox(),
            _ if stuck => self.ask_outbox(),
            _ => {}
        }
        if self.s.pane == Pane::Audit {
            self.ask_audit();
        }
        if self.in_books() {
            self.read_books();
        }
    }

    /// Words for completion came. What is shown with a handle gets the name that is known now.
    fn words_known(&mut self, words: Vocabulary) {
        let renamed = words.agents != self.s.vocabulary.agents;
        self.s.vocabulary = words;
        self.forecast();
        if !renamed {
            return;
        }
        self.s.names = Names::of(&self.s.vocabulary.agents);
        let mut rows = std::mem::take(&mut self.s.queue.rows);
        for row in &mut rows {
            prepare::rename(self.s, row);
        }
        self.s.queue.rows = rows;
        if let Some(mut d) = self.s.detail.take() {
            if let Some(row) = &mut d.row {
                prepare::rename(self.s, row);
            }
            if let Some(l) = &mut d.loaded {
                prepare::rename(self.s, &mut l.row);
                prepare::lines(self.s, l, d.width, &d.unfolded);
            }
            self.s.detail = Some(d);
        }
    }

    pub fn undone(&mut self, answer: Result<Option<Undone>, Fault>, nothing: &str) {
        match answer {
            Err(fault) => self.fault(fault),
            Ok(None) => self.refuse(nothing),
            Ok(Some(undone)) => {
                self.s.toasts.retain(|t| !t.countdown);
                let tone = if undone.done { Tone::Good } else { Tone::Note };
                self.toast(tone, undone.what, None);
                // It may have been a hand-over, or a return.
                if self.s.coverage.loaded {
                    self.ask_standing();
                }
                // The cursor goes where something happened, if that is in the list.
                self.s.inner.prefer = undone.ticket.filter(|_| undone.done);
                if let Some((ticket, visibility)) = undone.text_back {
                    if visibility == Visibility::Public {
                        self.asking_again(ticket);
                    }
                    let here = self.s.subject().is_some_and(|r| r.ticket.id == ticket);
                    if here || self.s.composer.is_some() {
                        self.text_back(ticket, visibility);
                    } else {
                        let key = if visibility == Visibility::Public {
                            "r"
                        } else {
                            "c"
                        };
                        self.refuse(&format!("its text is a draft again; {key} on it opens it"));
                    }
                }
            }
        }
    }

    pub fn threaded(&mut self, answer: Result<Option<Box<Thread>>, Fault>) {
        self.take_thread(answer);
        self.why_now();
    }

    fn take_thread(&mut self, answer: Result<Option<Box<Thread>>, Fault>) {
        let Some(wanted) = self.s.detail.as_ref().map(|d| d.ticket) else {
            return;
        };
        let thread = match answer {
            Ok(Some(thread)) if thread.ticket.id == wanted => {
                if let Some(why) = self.out_of_scope(&thread.ticket) {
                    self.drafts_known(wanted, Vec::new());
                    if let Some(d) = &mut self.s.detail {
                        (d.row, d.loaded, d.error) = (None, None, Some(line(&why)));
                    }
                    return;
                }
                *thread
            }
            Ok(Some(_)) => return,
            Ok(None) => {
                self.drafts_known(wanted, Vec::new());
                if let Some(d) = &mut self.s.detail {
                    (d.gone, d.loaded) = (true, None);
                }
                return;
            }
            Err(fault) => {
                self.drafts_known(wanted, Vec::new());
                if let Some(d) = &mut self.s.detail {
                    d.error = Some(fault.what);
                }
                return;
            }
        };
        let place = crate::domain::list::Place {
            major: 0,
            minor: 0,
            id: wanted,
        };
        let row = prepare::row(
            self.s,
            crate::domain::list::Row {
                place,
                ticket: thread.ticket.clone(),
            },
        );
        let drafts = thread.drafts.clone();
        let Some(mut detail) = self.s.detail.take() else {
            return;
        };
        let width = crate::app::layout::detail_lines(self.s).1;
        detail.width = width;
        (detail.gone, detail.error) = (false, None);
        detail.loaded = Some(Box::new(prepare::thread(
            self.s,
            thread,
            row,
            width,
            &detail.unfolded,
        )));
        self.s.detail = Some(detail);
        self.scroll_detail(0);
        self.drafts_known(wanted, drafts);
        self.look_at_shown();
    }

    pub fn urgent(&mut self, found: Option<(Urgent, Thread)>) {
        let Some((urgent, thread)) = found else {
            let seen = self.s.inner.skip.len();
            self.s.inner.skip.clear();
            return self.refuse(if seen > 0 {
                "that was the last one; . begins again with the most urgent"
            } else {
                "nothing is left that you may work on"
            });
        };
        let id = urgent.ticket.id;
        if self.s.composer.is_some() {
            return self.refuse(&format!(
                "#{} is the most urgent; Esc leaves the text, . goes there",
                urgent.ticket.key
            ));
        }
        self.s.inner.skip.push(id);
        self.s.inner.urgent_why = Some((id, urgent.passed));
        if let Some(at) = self.s.queue.rows.iter().position(|r| r.ticket.id == id) {
            self.s.queue.cursor = at;
        } else {
            self.toast(
                Tone::Note,
                line(&format!(
                    "{} is not in this view; it is open beside it",
                    urgent.ticket.key
                )),
                None,
            );
        }
        self.s.inner.follow_at = None;
        self.s.inner.ahead.thread = Some(Box::new(thread));
        self.show(id, true);
        self.s.pane = Pane::Detail;
    }

    fn found(&mut self, key: &TicketKey, found: Option<Box<Ticket>>) {
        let Some((wanted, after)) = self.s.inner.after.take() else {
            return;
        };
        if wanted != *key {
            return;
        }
        let Some(ticket) = found else {
            return self.number_refused(after, key, &format!("there is no ticket {key} here"));
        };
        if let Some(why) = self.out_of_scope(&ticket) {
            return self.number_refused(after, key, &why);
        }
        match after {
            After::Open if self.s.composer.is_some() => {
                self.refuse(&format!(
                    "#{key} is there; Esc leaves the text, :open {key} opens it"
                ));
            }
            After::Open => self.open_ticket(ticket.id),
            After::Merge(from) => {
                if let Err(why) = self.merge_into(&from, &ticket) {
                    self.number_refused(After::Merge(from), key, &why);
                }
            }
            After::Link(from) => self.link_to(&from, ticket.id),
        }
    }

    /// The question for a number stays open with what is wrong with it: the next keys are
    /// another number, and no commands.
    fn number_refused(&mut self, after: After, key: &TicketKey, why: &str) {
        let (purpose, tickets) = match after {
            After::Merge(from) => (Purpose::Merge, from),
            After::Link(from) => (Purpose::Link, from),
            After::Open => return self.refuse(why),
        };
        if self.s.composer.is_some() || !self.s.overlays.is_empty() {
            return self.refuse(why);
        }
        self.ask(purpose);
        if let Some(Overlay::Prompt(p)) = self.s.overlays.last_mut() {
            p.input = Input::of(key.as_str());
            p.tickets = tickets;
            p.error = Some(line(why));
        }
    }

    /// Why a ticket is not shown or worked on: it belongs to a tenant that is not the team's.
    pub fn out_of_scope(&self, t: &Ticket) -> Option<String> {
        let tenant = t.tenant.as_ref()?;
        (!is_in_scope(Some(tenant), &self.s.scope)).then(|| {
            format!(
                "#{} belongs to {tenant}, which is outside your scope; whoever keeps the settings can widen it (scope)",
                t.key
            )
        })
    }

    /// Asks for the outbox.
    pub fn ask_outbox(&mut self) {
        let generation = self.next();
        self.s.inner.outbox = generation;
        self.fx.push(Effect::Outbox {
            generation,
            limit: 500,
        });
    }

    /// Asks for the audit trail.
    pub fn ask_audit(&mut self) {
        let generation = self.next();
        self.s.inner.audit = generation;
        self.fx.push(Effect::Audit {
            generation,
            ticket: self.s.audit.ticket,
            limit: 500,
            zone: self.s.zone,
        });
    }
}
