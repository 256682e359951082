//! Carrying out what the app wishes of the outside, except what needs the screen itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::DropGuard;

use super::Report;
use super::answers::{fault, sentence};
use super::books;
use super::calendars;
use super::chores::{Trouble, tell_changed};
use super::clipboard;
use super::clock::Clock;
use super::contact::Contact;
use super::courier::{Courier, Post};
use super::cover;
use super::demo;
use super::duties::{self, LookedOn};
use super::escalation::{Asking, Prepared, Unprepared, prepare};
use super::flight::Flight;
use super::lanes::Lanes;
use super::open::{DeskFile, OpenDesk, open_desk, rules};
use super::opener;
use super::paths;
use super::planner::{Planner, Told};
use super::plans::Holder;
use super::recount::Recount;
use super::reports;
use super::save;
use super::scribe::{Pen, Scribe};
use super::vendor::vendor_of;
use super::watch::Watch;
use crate::app::cover::{CoverNews, CoverWish};
use crate::app::escalation::{EscalateNews, EscalateWish};
use crate::app::reports::ReportWish;
use crate::app::state::View;
use crate::app::{Effect, Event, Generation, event};
use crate::config::{self, Config, OwnView, Paths};
use crate::desk::{Desk, Local};
use crate::domain::Instant;
use crate::domain::people::AgentId;
use crate::domain::report::{Draft as ReportDraft, Kept};
use crate::domain::text;
use crate::domain::thread::{AttachmentId, Draft, DraftSeen};
use crate::domain::ticket::TicketId;
use crate::store::{FromDraft, Reader, SAID, StoreError, Writer};
use crate::sync::VendorDesk;

/// An open desk at work.
struct Working {
    // Dropped first: nobody talks to the desk any more.
    _end: DropGuard,
    lanes: Lanes,
    courier: Courier,
    contact: Contact,
    pen: Pen,
    path: PathBuf,
    me: AgentId,
    _watch: Option<Watch>,
    // Dropped last: it finishes what was handed to it.
    _scribe: Scribe,
}

/// All that the app's wishes are carried out with.
pub struct Outside {
    working: Option<Working>,
    reports: Sender<Report>,
    flight: Flight,
    config: Arc<Config>,
    paths: Paths,
    watches: bool,
    clock: Clock,
    trouble: Trouble,
    passes: Arc<AtomicU64>,
    looked_on: LookedOn,
    told: Told,
}

impl Outside {
    /// Nothing is open yet.
    pub fn new(reports: Sender<Report>, flight: Flight, config: Arc<Config>, paths: Paths) -> Self {
        Self {
            working: None,
            reports,
            flight,
            config,
            paths,
            watches: false,
            clock: Clock::System,
            trouble: Trouble::default(),
            passes: Arc::default(),
            looked_on: LookedOn::default(),
            told: Told::default(),
        }
    }

    /// Notices what other processes write into the store.
    #[must_use]
    pub fn watching(self) -> Self {
        Self {
            watches: true,
            ..self
        }
    }

    /// Goes by that clock.
    #[must_use]
    pub fn by(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The store's file was written: tells the app, if that was somebody else, and sends what
    /// another window has left to us.
    pub fn look_again(&self, now: Instant) {
        let Some(working) = &self.working else { return };
        let (reports, flight) = (self.reports.clone(), self.flight.clone());
        let (contact, courier) = (working.contact.clone(), working.courier.clone());
        let runtime = Handle::current();
        let token = self.flight.begin();
        working.pen.write(move |w| {
            if w.was_written_by_others().unwrap_or(false) {
                contact.heard_of(w.synced().ok().flatten());
                // What was brought in may answer what a requester was asked.
                if let Err(error) = w.reopen_answered(now) {
                    tracing::warn!(%error, "answered tickets could not be opened again");
                }
                tell_changed(w, &reports, &flight, Vec::new(), true, (now, &contact));
                if contact.is_remote() && contact.is_ours() {
                    let _inside = runtime.enter();
                    courier.go(now);
                }
            }
            drop(token);
        });
    }

    /// Puts an opened desk to work.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn put_to_work(&mut self, desk: OpenDesk) -> std::io::Result<()> {
        // The old one finishes first.
        self.working = None;
        let before = desk.writer.synced().ok().flatten();
        let contact = Contact::new(desk.desk.is_remote(), before, self.config.zone);
        let scribe = Scribe::start(desk.writer)?;
        let pen = scribe.pen();
        let post = Post {
            pen: pen.clone(),
            store: desk.path.clone(),
            reports: self.reports.clone(),
            flight: self.flight.clone(),
            clock: self.clock.clone(),
            contact: contact.clone(),
            holder: self.holder(&desk.me),
            ahead: self
                .config
                .desk
                .as_ref()
                .map(|d| d.texts)
                .unwrap_or_default(),
            vendor: self.vendor(&desk.path, &desk.me),
        };
        let is_remote = desk.desk.is_remote();
        let (courier, end) = Courier::new(desk.desk, post);
        // A test moves its own time and has no network.
        if is_remote && self.watches {
            courier.listen();
        }
        let working = Working {
            _end: end,
            contact,
            lanes: Lanes::start(&desk.path, &self.reports, &self.flight)?,
            courier,
            pen,
            _watch: self
                .watches
                .then(|| Watch::start(&desk.path, self.reports.clone(), self.flight.clone()))
                .flatten(),
            path: desk.path,
            me: desk.me,
            _scribe: scribe,
        };
        if desk.due_stale {
            self.recount(&working.pen).step(None, self.flight.begin());
        }
        self.working = Some(working);
        Ok(())
    }

    /// The desk to which is escalated. Where it cannot be used, E says why.
    fn vendor(&self, store: &Path, me: &AgentId) -> Option<VendorDesk> {
        let vendor = vendor_of(&self.config, &self.paths, store, me);
        vendor.unwrap_or_else(|why| {
            self.report(Event::Failed(sentence(&why)));
            None
        })
    }

    /// Ends all threads after their last job. Nothing is reported any more.
    pub fn close(&mut self) {
        self.working = None;
    }

    /// The first look at what is due by itself; after the first frame.
    pub fn first_chores(&self, now: Instant) {
        self.noticed(None, now);
        self.chores(now);
    }

    /// The person did something, or the terminal got or lost the focus; when the desk is
    /// asked next after that.
    pub fn noticed(&self, focus: Option<bool>, now: Instant) -> Option<Instant> {
        let contact = &self.working.as_ref()?.contact;
        contact.touched(now, focus);
        contact.next(now)
    }

    /// Does what the store wants done by itself: wakes what slept, sends what was held back.
    pub fn chores(&self, now: Instant) {
        let Some(working) = &self.working else { return };
        let (reports, flight) = (self.reports.clone(), self.flight.clone());
        let (token, trouble) = (self.flight.begin(), self.trouble.clone());
        let contact = working.contact.clone();
        self.duties(working, now);
        let holder = self.holder(&working.me);
        working.pen.write(move |w| {
            let mut changed = match w.wake_snoozed(now).and_then(|mut woken| {
                woken.extend(w.reopen_answered(now)?);
                Ok(woken)
            }) {
                Ok(woken) => {
                    trouble.is_over();
                    woken
                }
                Err(error) => {
                    if let Some(event) = trouble.news(&error) {
                        let token = flight.begin();
                        let _ = reports.blocking_send(Report::Event { event, token });
                    }
                    Vec::new()
                }
            };
            changed.extend(holder.also(w, now));
            tell_changed(w, &reports, &flight, changed, false, (now, &contact));
            drop(token);
        });
        working.courier.go(now);
        working.courier.look(now);
    }

    /// Makes the tickets of duties, once a day; tickets of a desk over a network are made there,
    /// and the demo has its own.
    fn duties(&self, working: &Working, now: Instant) {
        let elsewhere = working.contact.is_remote() || working.path == self.paths.demo_store();
        if elsewhere || !self.looked_on.is_new(&self.config, now) {
            return;
        }
        let (config, paths) = (Arc::clone(&self.config), self.paths.clone());
        let (store, me) = (working.path.clone(), working.me.clone());
        self.write(working, now, move |w| {
            match duties::make(w, &store, (&config, &paths), &me, now) {
                Ok(made) => (None, made),
                Err(error) => (Some(Event::Failed(fault(&error))), Vec::new()),
            }
        });
    }

    /// Asks for the calendars at addresses that are due, on a thread of its own; what it finds is reported.
    pub fn ask_calendars(&self, now: Instant) {
        let plan = self.plan();
        if self.config.subscriptions.is_empty() && plan.is_none() {
            return;
        }
        let (paths, config) = (self.paths.clone(), Arc::clone(&self.config));
        let (reports, token) = (self.reports.clone(), self.flight.begin());
        std::thread::spawn(move || {
            calendars::refresh(&paths, &config, now);
            // Another window may have fetched what this one does not count by yet.
            let loaded = config::load(&paths).ok().filter(|l| {
                l.config.calendar != config.calendar || l.config.policy != config.policy
            });
            let planned = plan.and_then(|plan| plan.ask(now));
            let again = [calendars::next(&paths, &config, now), planned];
            let report = Report::Calendars {
                config: loaded.map(|l| Box::new(l.config)),
                again: again.into_iter().flatten().min(),
                token,
            };
            let _ = reports.blocking_send(report);
        });
    }

    fn holder(&self, me: &AgentId) -> Holder {
        Holder::new(Arc::clone(&self.config), me.clone())
    }

    /// What asks for absences elsewhere; none: there is nothing to ask, or the desk is one to look around in.
    fn plan(&self) -> Option<Planner> {
        let working = self.working.as_ref()?;
        let all = &self.config.absences;
        let any = all.caldav.is_some() || !all.calendars.is_empty();
        (any && working.path != self.paths.demo_store()).then(|| Planner {
            config: Arc::clone(&self.config),
            paths: self.paths.clone(),
            store: working.path.clone(),
            me: working.me.clone(),
            pen: working.pen.clone(),
            contact: working.contact.clone(),
            reports: self.reports.clone(),
            flight: self.flight.clone(),
            told: self.told.clone(),
        })
    }

    /// Working time by other days from now on: due instants are computed again, step by step.
    pub fn take_hours(&mut self, config: &Config) {
        self.config = Arc::new(Config {
            calendar: config.calendar.clone(),
            policy: config.policy.clone(),
            ..Config::clone(&self.config)
        });
        let Some(working) = &self.working else { return };
        let rules = rules(&self.config, working.me.clone());
        let (recount, reports, token) = (
            self.recount(&working.pen),
            self.reports.clone(),
            self.flight.begin(),
        );
        let _ = working.pen.write(move |w| match w.set_rules(rules) {
            Ok(true) => recount.step(None, token),
            Ok(false) => drop(token),
            Err(error) => {
                let event = Event::Failed(fault(&error));
                let _ = reports.blocking_send(Report::Event { event, token });
            }
        });
    }

    fn recount(&self, pen: &Pen) -> Recount {
        Recount::new(pen.clone(), self.reports.clone(), Arc::clone(&self.passes))
    }

    fn report(&self, event: Event) {
        let token = self.flight.begin();
        let report = Report::Event { event, token };
        if self.reports.try_send(report).is_err() {
            tracing::warn!("the channel of events is full; one was lost");
        }
    }

    /// Runs work that may take its time on a thread of its own; its event comes later.
    fn apart(&self, work: impl FnOnce() -> Event + Send + 'static) {
        let (reports, token) = (self.reports.clone(), self.flight.begin());
        std::thread::spawn(move || {
            let event = work();
            let _ = reports.blocking_send(Report::Event { event, token });
        });
    }

    /// Carries out one wish. What needs the screen or ends the loop is the loop's.
    pub fn carry_out(&self, effect: Effect, now: Instant) {
        match effect {
            Effect::StartDemo => self.open(true, now),
            Effect::StartLocal => self.open(false, now),
            Effect::SaveView(view) => self.save_view(&view),
            Effect::DeleteView(name) => self.delete_view(&name),
            Effect::Attach { ticket, path } => self.apart(move || Event::Attached {
                ticket,
                answer: paths::to_attach(&path).map_err(|why| sentence(&why)),
            }),
            Effect::Paths { generation, typed } => self.apart(move || Event::Paths {
                generation,
                paths: paths::going_on(&typed),
            }),
            Effect::Cover(generation, CoverWish::WriteNote { path, name, text }) => {
                let folder = self.paths.download_dir.clone();
                self.apart(move || {
                    let written =
                        paths::to_save(path.as_deref(), &folder).and_then(|(to, typed)| {
                            save::whole(&to, &typed.unwrap_or(name), text.as_bytes())
                        });
                    let news = match written {
                        Ok(file) => {
                            let said = format!("the note is in {}", file.display());
                            CoverNews::Done(Some(text::line(&said)))
                        }
                        Err(why) => CoverNews::Failed(sentence(&why)),
                    };
                    Event::Cover(generation, news)
                });
            }
            Effect::OpenUrl(address) => self.apart(move || match opener::url(&address) {
                Ok(()) => Event::Done(text::line("sent to your browser")),
                Err(why) => Event::Failed(sentence(&why)),
            }),
            effect => {
                let Some(working) = &self.working else { return };
                self.with_desk(working, effect, now);
            }
        }
    }

    fn with_desk(&self, working: &Working, effect: Effect, now: Instant) {
        match effect {
            Effect::Commit {
                batch,
                changes,
                draft_of,
                ends,
            } => {
                let count = changes.len();
                let me = working.me.clone();
                self.write(working, now, move |w| {
                    let done = match draft_of {
                        Some(draft_of) => w.commit_draft(&FromDraft { changes, draft_of }),
                        None => w.commit_ending(&changes, &ends, &me, now),
                    };
                    let (event, tickets) = match done.map(|done| done.tickets) {
                        Ok(tickets) => (Ok(count), tickets),
                        Err(error) => (Err(fault(&error)), Vec::new()),
                    };
                    let event = Event::Committed {
                        batch,
                        answer: event,
                    };
                    (Some(event), tickets)
                });
            }
            Effect::Undo => {
                let me = working.me.clone();
                self.write(working, now, move |w| {
                    undone(w.undo(&me, now), Event::Undone)
                });
            }
            Effect::Redo => {
                let me = working.me.clone();
                self.write(working, now, move |w| {
                    undone(w.redo(&me, now), Event::Redone)
                });
            }
            Effect::Retry(id) => self.write(working, now, move |w| match w.retry(id, now) {
                Ok(tickets) => (Some(Event::Retried(Ok(()))), tickets),
                Err(e) => (Some(Event::Retried(Err(fault(&e)))), Vec::new()),
            }),
            Effect::Withdraw(id) => self.write(working, now, move |w| {
                undone(w.withdraw(id, now).map(Some), Event::Withdrawn)
            }),
            Effect::Choose(id, choice) => self.write(working, now, move |w| {
                undone(w.choose(id, choice, now).map(Some), Event::Chosen)
            }),
            Effect::SaveDraft(draft, seen) => self.draft(working, draft, seen),
            Effect::DropDraft(seen) => {
                self.write(working, now, move |w| match w.drop_draft(&seen) {
                    Ok(()) => (None, vec![seen.place.0]),
                    Err(e) => (Some(Event::Failed(fault(&e))), Vec::new()),
                });
            }
            Effect::MarkRead(ticket) => {
                self.write(working, now, move |w| match w.mark_read(&[ticket]) {
                    Ok(()) => (None, vec![ticket]),
                    Err(e) => (Some(Event::Failed(fault(&e))), Vec::new()),
                })
            }
            Effect::MarkUnread(tickets) => {
                self.write(working, now, move |w| match w.mark_unread(&tickets) {
                    Ok(()) => (None, tickets),
                    Err(e) => (Some(Event::Failed(fault(&e))), Vec::new()),
                })
            }
            Effect::Reports(generation, wish) if !wish.reads() => {
                self.reporting(working, generation, wish, now);
            }
            Effect::KeepSaid(said) => self.write(working, now, move |w| {
                let kept = serde_json::to_string(&said).unwrap_or_default();
                let event = w.set_meta(SAID, &kept).err();
                (event.map(|e| Event::Failed(fault(&e))), Vec::new())
            }),
            Effect::Books(generation, wish) if !wish.reads() => {
                let (me, store) = (working.me.clone(), working.path.clone());
                self.write(working, now, move |w| {
                    books::write(w, &store, (generation, wish), &me, now)
                });
            }
            Effect::Escalate(generation, wish) => {
                self.escalation(working, generation, wish, now);
            }
            Effect::SaveAttachment { id, to } => self.attachment(working, id, to, false),
            Effect::OpenAttachment(id) => self.attachment(working, id, None, true),
            Effect::Cover(generation, CoverWish::KeepNote { turn, text, seen }) => {
                self.write(working, now, move |w| {
                    let news = match cover::keep_note(w, &turn, &text, seen.as_deref()) {
                        Ok(both) => CoverNews::NoteKept(both),
                        Err(error) => CoverNews::Failed(fault(&error)),
                    };
                    (Some(Event::Cover(generation, news)), Vec::new())
                });
            }
            Effect::Cover(generation, wish) if !wish.reads() => {
                let me = working.me.clone();
                self.write(working, now, move |w| {
                    let (news, tickets) = match cover::write(w, wish, (&me, now)) {
                        Ok((tickets, said)) => (CoverNews::Done(said), tickets),
                        Err(error) => (CoverNews::Failed(fault(&error)), Vec::new()),
                    };
                    (Some(Event::Cover(generation, news)), tickets)
                });
            }
            Effect::Sync => {
                self.trouble.is_over();
                working.courier.ask_again();
                self.chores(now);
            }
            reading => {
                if let Effect::Thread { ticket, .. } = &reading {
                    working.courier.opened(*ticket);
                }
                working.lanes.ask(reading);
            }
        }
    }

    /// Writes, tells what changed, and sends what may be sent.
    fn write(
        &self,
        working: &Working,
        now: Instant,
        job: impl FnOnce(&mut Writer) -> (Option<Event>, Vec<TicketId>) + Send + 'static,
    ) {
        let (reports, flight) = (self.reports.clone(), self.flight.clone());
        let (whole, token) = (self.flight.begin(), self.flight.begin());
        let contact = working.contact.clone();
        let holder = self.holder(&working.me);
        working.pen.write(move |w| {
            // Held to the end: what changed belongs to what was done.
            let _whole = whole;
            let (event, mut tickets) = job(w);
            if !tickets.is_empty() {
                tickets.extend(holder.also(w, now));
            }
            if let Some(event) = event {
                let _ = reports.blocking_send(Report::Event { event, token });
            } else {
                drop(token);
            }
            if !tickets.is_empty() {
                tell_changed(w, &reports, &flight, tickets, false, (now, &contact));
            }
        });
        working.courier.go(now);
    }

    fn draft(&self, working: &Working, draft: Draft, seen: DraftSeen) {
        let (reports, token) = (self.reports.clone(), self.flight.begin());
        working.pen.write(move |w| {
            let event = Event::DraftSaved {
                place: draft.place(),
                at: draft.at,
                answer: w.save_draft(draft, &seen).map_err(|e| fault(&e)),
            };
            let _ = reports.blocking_send(Report::Event { event, token });
        });
    }

    /// Carries out what the form of a report wishes and that does not only read.
    fn reporting(&self, working: &Working, generation: Generation, wish: ReportWish, now: Instant) {
        if wish == ReportWish::Templates {
            let paths = self.paths.clone();
            return self.apart(move || Event::Reports(generation, reports::templates(&paths)));
        }
        let me = working.me.clone();
        self.write(working, now, move |w| {
            let (news, tickets) = reports::write(w, wish, &me, now);
            (news.map(|news| Event::Reports(generation, news)), tickets)
        });
    }

    /// Puts a report on disk on the way out, whatever the loop still does.
    pub fn save_last_report(&self, report: Kept, base: ReportDraft) {
        if let Some(working) = &self.working {
            working.pen.write(move |w| {
                if let Err(error) = w.keep_report(&report, &base) {
                    tracing::error!(%error, "a report could not be saved");
                }
            });
        }
    }

    /// Puts a draft on disk on the way out, whatever the loop still does.
    pub fn save_last(&self, draft: Draft, seen: DraftSeen) {
        if let Some(working) = &self.working {
            working.pen.write(move |w| {
                let ticket = draft.ticket.0;
                if let Err(error) = w.save_draft(draft, &seen) {
                    tracing::error!(ticket, %error, "a draft could not be saved");
                }
            });
        }
    }

    fn open(&self, is_demo: bool, now: Instant) {
        let (reports, token) = (self.reports.clone(), self.flight.begin());
        let (paths, config) = (self.paths.clone(), Arc::clone(&self.config));
        std::thread::spawn(move || {
            let opened = if is_demo {
                demo::open(&paths, &config, now, false)
            } else {
                open_desk(
                    &DeskFile::local(&paths),
                    Desk::Local(Local::new()),
                    &config,
                    &paths,
                    now,
                )
            };
            let desk = opened.map(Box::new);
            let _ = reports.blocking_send(Report::Opened { desk, token });
        });
    }

    fn save_view(&self, view: &View) {
        let own = OwnView {
            name: view.name.as_str().to_owned(),
            filter: view.text.clone(),
            sort: view.sort,
            warn: view.warn,
        };
        let file = self.paths.config_file();
        self.views_after(move || config::save_view(&file, &own));
    }

    fn delete_view(&self, name: &str) {
        let (file, name) = (self.paths.config_file(), name.to_owned());
        self.views_after(move || config::delete_view(&file, &name));
    }

    fn views_after(
        &self,
        change: impl FnOnce() -> Result<(), config::ConfigError> + Send + 'static,
    ) {
        let paths = self.paths.clone();
        self.apart(move || {
            let views = change()
                .and_then(|()| config::load(&paths))
                .map_err(|e| e.to_string().replace('\n', "; "))
                .map(|loaded| super::open::views(&loaded.config).0);
            Event::ViewsSaved(views.map_err(|why| sentence(&why)))
        });
    }

    fn attachment(&self, working: &Working, id: AttachmentId, to: Option<String>, open: bool) {
        let (path, folder) = (working.path.clone(), self.paths.download_dir.clone());
        let (courier, runtime) = (working.courier.clone(), Handle::current());
        self.apart(move || {
            let saved = paths::to_save(to.as_deref(), &folder)
                .and_then(|to| runtime.block_on(courier.bring(id)).map(|()| to))
                .and_then(|(folder, name)| save::attachment(&path, id, &folder, name));
            match saved {
                Err(why) => Event::Failed(sentence(&why)),
                Ok(file) if open => match opener::file(&file) {
                    Ok(()) => Event::Done(text::line(&format!("opened {}", file.display()))),
                    Err(why) => Event::Failed(sentence(&why)),
                },
                Ok(file) => Event::Done(text::line(&format!("saved as {}", file.display()))),
            }
        });
    }

    /// Looks up what an escalation would do.
    fn escalation(
        &self,
        working: &Working,
        generation: Generation,
        wish: EscalateWish,
        now: Instant,
    ) {
        let (path, me) = (working.path.clone(), working.me.clone());
        let (config, paths) = (Arc::clone(&self.config), self.paths.clone());
        let (courier, runtime) = (working.courier.clone(), Handle::current());
        self.apart(move || {
            let bring = |id: AttachmentId, _: &_| runtime.block_on(courier.bytes(id));
            let asking = Asking {
                config: &config,
                paths: &paths,
                store: &path,
                me: &me,
                now,
            };
            let reason = wish.reason.as_deref();
            let prepared = Reader::open(&path)
                .map_err(Unprepared::from)
                .and_then(|reader| prepare(&reader, wish.ticket, reason, &bring, asking));
            let news = match prepared {
                Ok(Prepared::Out(plan)) => EscalateNews::Out(plan),
                Ok(Prepared::Back(back)) => EscalateNews::Back(back),
                Ok(Prepared::Against(refusal)) => EscalateNews::Against(refusal),
                Err(why) => EscalateNews::Failed(sentence(&why.to_string())),
            };
            Event::Escalation(generation, news)
        });
    }

    /// Gives text to the person's clipboard command, if there is one; false if the terminal
    /// has to take it.
    pub fn copy_by_command(&self, text: &str, what: &str) -> bool {
        let Some(command) = self.config.clipboard.clone() else {
            return false;
        };
        let (copied, what) = (text.to_owned(), what.to_owned());
        self.apart(move || match clipboard::by_command(&command, &copied) {
            Ok(()) => Event::Done(text::line(&format!("{what} copied"))),
            Err(why) => Event::Failed(sentence(&why)),
        });
        true
    }

    /// Reports an event from the loop itself.
    pub fn say(&self, event: Event) {
        self.report(event);
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }
}

fn undone(
    result: Result<Option<crate::store::Undone>, StoreError>,
    event: impl FnOnce(event::Answer<Option<event::Undone>>) -> Event,
) -> (Option<Event>, Vec<TicketId>) {
    match result {
        Err(error) => (Some(event(Err(fault(&error)))), Vec::new()),
        Ok(None) => (Some(event(Ok(None))), Vec::new()),
        Ok(Some(undone)) => {
            let answer = event::Undone {
                tickets: undone.tickets.len(),
                ticket: undone.tickets.first().copied(),
                done: undone.done > 0,
                what: text::line(&undone.what),
                text_back: undone.text_back,
            };
            (Some(event(Ok(Some(answer)))), undone.tickets)
        }
    }
}
