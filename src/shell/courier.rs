//! Talking to the desk: sending the outbox, asking what is new, fetching what was said.
//!
//! Sending goes one round at a time, again when something was committed meanwhile. Reading
//! is one task that lives while there is something to read: what the person waits for
//! first, then what is new, then texts ahead. Both go side by side, write by the pen alone
//! and end in the middle when the console does: what was under way is looked up next time.
//! The loop keeps the time: it calls when something is due, so an idle desk costs nothing.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Report;
use super::answers::sentence;
use super::chores::{Trouble, tell_changed, tell_chores};
use super::clock::Clock;
use super::contact::Contact;
use super::flight::{Flight, Token};
use super::network;
use super::plans::Holder;
use super::scribe::Pen;
use super::talks::Talks;
use crate::app::Event;
use crate::desk::{Desk, Door as _};
use crate::domain::Instant;
use crate::domain::remote::Ahead;
use crate::domain::text;
use crate::domain::thread::AttachmentId;
use crate::domain::ticket::{TicketId, TicketKey};
use crate::store::{Reader, StoreError, Stored, Writer};
use crate::sync::stories::{self, Fetched, Skip, Texts};
use crate::sync::{Ledger, Shelved, VendorDesk, article_step, exchange, pull, push, send_articles};

/// So many tickets are fetched ahead one by one after a pull.
const AHEAD: usize = 40;
/// So often a second window looks whether the first still talks.
const LOOK: TimeDelta = TimeDelta::seconds(15);

impl Ledger for Pen {
    async fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Writer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.ask(job).await
    }
}

/// What a courier needs of the console.
pub struct Post {
    /// The way to the store.
    pub pen: Pen,
    /// The store's file.
    pub store: PathBuf,
    /// Where it is told.
    pub reports: Sender<Report>,
    /// What is under way.
    pub flight: Flight,
    /// The time.
    pub clock: Clock,
    /// How we stand with the desk.
    pub contact: Contact,
    /// Which texts are fetched ahead.
    pub ahead: Ahead,
    /// Where is escalated to, if that is another desk.
    pub vendor: Option<VendorDesk>,
    /// What passes on tickets of those who are away.
    pub holder: Holder,
}

/// Talks to one desk; as many handles as are wanted.
#[derive(Clone)]
pub struct Courier(Arc<Inner>);

struct Inner {
    desk: Desk,
    post: Post,
    trouble: Trouble,
    talks: Mutex<Option<Talks>>,
    wanted: AtomicBool,
    /// The person wants to know of articles too.
    articles: AtomicBool,
    sending: tokio::sync::Mutex<()>,
    reading: Mutex<Reading>,
    gone: CancellationToken,
}

#[derive(Default)]
struct Reading {
    running: bool,
    /// Tickets that the person opened, and the one that is being fetched.
    line: VecDeque<TicketKey>,
    fetching: Option<TicketKey>,
    /// The desk does not tell of these.
    skip: Skip,
    /// The desk has articles to tell.
    articles: bool,
    /// Texts may be fetched in bulk until none is lacking.
    bulk: bool,
    /// So many tickets more may be fetched ahead.
    ahead: usize,
}

/// What is read next.
enum Next {
    Story(TicketKey),
    News,
    Articles,
    Texts(Skip),
    Ahead(Skip),
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    // Held to look and note only, never while talking.
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number that differs from one failure and one console to the next.
fn chance() -> u32 {
    let [.., a, b, c, d] = uuid::Uuid::now_v7().into_bytes();
    u32::from_be_bytes([a, b, c, d])
}

impl Courier {
    /// A courier to that desk. Its tasks end when the guard is dropped.
    pub fn new(desk: Desk, post: Post) -> (Self, DropGuard) {
        let gone = CancellationToken::new();
        let end = gone.clone().drop_guard();
        let inner = Inner {
            desk,
            post,
            trouble: Trouble::default(),
            talks: Mutex::default(),
            wanted: AtomicBool::default(),
            articles: AtomicBool::default(),
            sending: tokio::sync::Mutex::default(),
            reading: Mutex::default(),
            gone,
        };
        (Self(Arc::new(inner)), end)
    }

    fn contact(&self) -> &Contact {
        &self.0.post.contact
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.0.gone.clone().run_until_cancelled_owned(work));
    }

    /// The person asks for another try: what goes wrong is told again.
    pub fn ask_again(&self) {
        self.0.trouble.is_over();
        self.0.articles.store(true, Ordering::SeqCst);
        self.contact().hurry();
        if !self.contact().is_ours() {
            let words = "another Deskhand here talks to the desk; what it is told shows here too";
            let token = self.0.post.flight.begin();
            let event = Event::Done(text::line(words));
            let _ = self.0.post.reports.try_send(Report::Event { event, token });
        }
    }

    /// Something may be sent: goes, or goes again after the round that is under way.
    pub fn go(&self, now: Instant) {
        if self.0.wanted.swap(true, Ordering::SeqCst) {
            return;
        }
        let token = self.0.post.flight.begin();
        self.spawn(self.clone().round(now, token));
    }

    /// Asks the desk what is new, if that is due.
    pub fn look(&self, now: Instant) {
        if self.contact().next(now).is_some_and(|at| at <= now) {
            self.read();
        }
    }

    /// The person looks at a ticket: what was said in it is fetched, if it is not here. A second
    /// window does that too: it sends nothing, and what it is told is kept in its order.
    pub fn opened(&self, ticket: TicketId) {
        if !self.contact().is_remote() {
            return;
        }
        let token = self.0.post.flight.begin();
        let courier = self.clone();
        self.spawn(async move {
            let _token = token;
            match courier.0.post.pen.ask(move |w| w.part(ticket)).await {
                Ok(Some(key)) => courier.wants(key),
                Ok(None) => {}
                Err(error) => courier.complain(&error).await,
            }
        });
    }

    fn wants(&self, key: TicketKey) {
        let mut reading = lock(&self.0.reading);
        let asked = reading.fetching.as_ref() == Some(&key) || reading.line.contains(&key);
        if !asked {
            reading.line.push_back(key);
            drop(reading);
            self.read();
        }
    }

    /// Brings the bytes of a file here, if only the desk has them. A second window may do
    /// that too: the person waits for it, and it changes nothing.
    ///
    /// # Errors
    /// A sentence: the desk does not give it, or it cannot be kept.
    pub async fn bring(&self, id: AttachmentId) -> Result<(), String> {
        if !self.contact().is_remote() {
            return Ok(());
        }
        let stored = Reader::open(&self.0.post.store).and_then(|r| r.file(id));
        // Whether it is here at all is said by whoever saves it.
        let Ok(Some(Stored::Remote(remote))) = stored else {
            return Ok(());
        };
        let asked = self.0.desk.file(&remote, self.0.post.clock.now());
        let Some(answer) = self.0.gone.run_until_cancelled(asked).await else {
            return Err("the desk is being closed; open it again and ask once more".into());
        };
        let bytes = answer.map_err(|e| e.to_string())?;
        let kept = self.0.post.pen.ask(move |w| w.keep_file(id, &bytes)).await;
        kept.map_err(|e| e.to_string())
    }

    /// What is in a file, brought here first if only the desk has it; none: it is not to be had
    /// now.
    pub async fn bytes(&self, id: AttachmentId) -> Option<Vec<u8>> {
        self.bring(id).await.ok()?;
        let stored = Reader::open(&self.0.post.store).and_then(|r| r.file(id));
        match stored.ok()?? {
            Stored::Here(bytes) => Some(bytes),
            Stored::Remote(_) => None,
        }
    }

    /// The machine has come to a network: whoever could not be reached is tried at once, and
    /// what is due after a sleep is done.
    fn network_is_there(&self) {
        let now = self.0.post.clock.now();
        if self.contact().is_unreached() {
            self.contact().hurry();
        }
        self.go(now);
        self.look(now);
    }

    /// Listens for networks until the courier ends.
    pub fn listen(&self) {
        let courier = self.clone();
        self.spawn(network::watch(move || courier.network_is_there()));
    }

    async fn complain(&self, error: &StoreError) {
        if let Some(event) = self.0.trouble.news(error) {
            let token = self.0.post.flight.begin();
            let _ = self
                .0
                .post
                .reports
                .send(Report::Event { event, token })
                .await;
        }
    }

    /// Tells what changed and how we stand with the desk.
    fn tell(&self, tickets: Vec<TicketId>, names: bool, now: Instant) {
        let post = &self.0.post;
        let (reports, flight, contact) = (
            post.reports.clone(),
            post.flight.clone(),
            post.contact.clone(),
        );
        let token = post.flight.begin();
        post.pen.write(move |w| {
            let mut tickets = tickets;
            // What the desk has told may answer what a requester was asked.
            match w.reopen_answered(now) {
                Ok(opened) => tickets.extend(opened),
                Err(error) => tracing::warn!(%error, "answered tickets could not be opened again"),
            }
            tell_changed(w, &reports, &flight, tickets, names, (now, &contact));
            drop(token);
        });
    }

    /// Tells the loop when to come back, and lets the work go.
    fn rest(&self, again: Option<Instant>, now: Instant, token: Token) {
        let post = &self.0.post;
        let (reports, flight, contact) = (
            post.reports.clone(),
            post.flight.clone(),
            post.contact.clone(),
        );
        post.pen.write(move |w| {
            let again = again.into_iter().chain(contact.next(now)).min();
            tell_chores(w, &reports, &flight, again, now);
            drop(token);
        });
    }

    /// Whether it is on us to talk; takes that over where nobody else does.
    async fn may_talk(&self) -> bool {
        if self.contact().is_ours() {
            return true;
        }
        let store = self.0.post.store.clone();
        let taken = self.0.post.pen.ask(move |_| Ok(Talks::take(&store))).await;
        let Ok(Some(talks)) = taken else {
            return false;
        };
        *lock(&self.0.talks) = Some(talks);
        self.contact().becomes_ours();
        true
    }

    async fn round(self, now: Instant, token: Token) {
        let _turn = self.0.sending.lock().await;
        self.0.wanted.store(false, Ordering::SeqCst);
        if !self.may_talk().await {
            return self.rest(Some(now + LOOK), now, token);
        }
        self.look(now);
        if !self.contact().may_send(now) {
            return self.rest(None, now, token);
        }
        match push(&self.0.post.pen, &self.0.desk, now).await {
            Ok(pushed) => {
                self.0.trouble.is_over();
                if self.contact().pushed(&pushed, now, chance()) {
                    self.look(now);
                }
                if !pushed.tickets.is_empty() || pushed.trouble.is_some() {
                    self.tell(pushed.tickets, false, now);
                }
                let vendors = self.meet_vendor(now).await;
                let drafts = self.send_articles(now).await;
                let again = pushed
                    .again_at
                    .into_iter()
                    .chain(vendors)
                    .chain(drafts)
                    .min();
                self.rest(again, now, token);
            }
            // What is waiting is tried again, and what sleeps is still woken in time.
            Err(error) => {
                self.complain(&error).await;
                self.rest(Some(now), now, token);
            }
        }
    }

    /// Hands over to the vendor what may leave and hears what came back; when to do so again.
    async fn meet_vendor(&self, now: Instant) -> Option<Instant> {
        let post = &self.0.post;
        let vendor = post.vendor.as_ref()?;
        match exchange(&post.pen, &self.0.desk, vendor, now).await {
            Ok(met) => {
                if let Some(error) = &met.trouble {
                    tracing::warn!(kind = ?error.kind, "the vendor's desk did not take everything");
                }
                if !met.tickets.is_empty() {
                    self.tell(met.tickets, false, now);
                    // What was heard is a note on our desk too.
                    self.go(now);
                }
                met.again
            }
            Err(error) => {
                self.complain(&error).await;
                Some(now)
            }
        }
    }

    /// Sends the drafts of articles that may go; when to do so again.
    async fn send_articles(&self, now: Instant) -> Option<Instant> {
        match send_articles(&self.0.post.pen, &self.0.desk, now).await {
            Ok(done) => {
                let again = done.again;
                self.shelved(done, now).await;
                again
            }
            Err(error) => {
                self.complain(&error).await;
                Some(now)
            }
        }
    }

    /// Tells what came of articles; what the desk did not take is said to the person.
    async fn shelved(&self, done: Shelved, now: Instant) {
        if let Some(error) = &done.trouble {
            tracing::warn!(kind = ?error.kind, "the desk did not answer about articles");
        }
        let refused = done.refused.iter();
        let refused = refused.map(|(key, why)| format!("{key} was not taken: {}", why.line()));
        let met = done.conflicts.iter().map(|key| {
            format!("{key} was not sent: somebody changed the article there since; g k shows both")
        });
        for words in refused.chain(met) {
            let event = Event::Failed(sentence(&words));
            let token = self.0.post.flight.begin();
            let _ = self
                .0
                .post
                .reports
                .send(Report::Event { event, token })
                .await;
        }
        if done.any() {
            self.tell(Vec::new(), true, now);
        }
    }

    /// Reads until there is nothing to read, if nobody does yet.
    fn read(&self) {
        let mut reading = lock(&self.0.reading);
        if reading.running {
            return;
        }
        reading.running = true;
        (reading.bulk, reading.ahead) = (false, 0);
        drop(reading);
        let token = self.0.post.flight.begin();
        let courier = self.clone();
        self.spawn(async move {
            let mut again = None;
            if let Err(error) = courier.read_all().await {
                courier.complain(&error).await;
                lock(&courier.0.reading).running = false;
                again = Some(courier.0.post.clock.now());
            }
            courier.contact().rests();
            courier.rest(again, courier.0.post.clock.now(), token);
        });
    }

    async fn read_all(&self) -> Result<(), StoreError> {
        loop {
            let now = self.0.post.clock.now();
            let Some(next) = self.next(now) else {
                return Ok(());
            };
            match next {
                Next::Story(key) => {
                    let (pen, desk) = (&self.0.post.pen, &self.0.desk);
                    let fetched = stories::story(pen, desk, key, now).await;
                    lock(&self.0.reading).fetching = None;
                    self.fetched(fetched?, true, now).await;
                }
                Next::News => self.news(now).await?,
                Next::Articles => {
                    let done = article_step(&self.0.post.pen, &self.0.desk, now).await?;
                    lock(&self.0.reading).articles = done.more;
                    self.shelved(done, now).await;
                }
                Next::Ahead(skip) => {
                    let (pen, desk) = (&self.0.post.pen, &self.0.desk);
                    let policy = self.0.post.ahead;
                    let fetched = stories::ahead(pen, desk, &skip, policy, now).await?;
                    self.fetched(fetched, false, now).await;
                }
                Next::Texts(skip) => {
                    let (pen, desk) = (&self.0.post.pen, &self.0.desk);
                    let texts = stories::texts(pen, desk, &skip, now).await?;
                    self.texts(texts, now);
                }
            }
        }
    }

    /// What is read next; none: nothing, and that nobody reads is noted in the same moment.
    fn next(&self, now: Instant) -> Option<Next> {
        let mut reading = lock(&self.0.reading);
        if let Some(key) = reading.line.pop_front() {
            reading.fetching = Some(key.clone());
            return Some(Next::Story(key));
        }
        self.contact().rests();
        if self.contact().next(now).is_some_and(|at| at <= now) {
            return Some(Next::News);
        }
        if reading.articles {
            return Some(Next::Articles);
        }
        if reading.bulk {
            return Some(Next::Texts(reading.skip.clone()));
        }
        if reading.ahead > 0 {
            return Some(Next::Ahead(reading.skip.clone()));
        }
        reading.running = false;
        None
    }

    async fn news(&self, now: Instant) -> Result<(), StoreError> {
        if self.contact().begins() {
            self.tell(Vec::new(), false, now);
        }
        let mut round = pull(&self.0.post.pen, &self.0.desk, now).await?;
        self.0.trouble.is_over();
        let now = self.0.post.clock.now();
        if round.brought {
            let holder = self.0.post.holder.clone();
            let held = self
                .0
                .post
                .pen
                .ask(move |w| Ok(holder.also(w, now)))
                .await?;
            if !held.is_empty() {
                self.go(now);
            }
            round.tickets.extend(held);
        }
        if self.contact().pulled(&round, now, chance()) {
            self.go(now);
        }
        self.may_fetch_ahead(round.trouble.is_none());
        if !round.more {
            self.contact().rests();
        }
        self.tell(round.tickets, round.names, now);
        if !round.more && round.trouble.is_none() {
            self.look_for_articles(now).await?;
        }
        Ok(())
    }

    /// Articles are asked for seldom, or when the person wants to know.
    async fn look_for_articles(&self, now: Instant) -> Result<(), StoreError> {
        if !self.0.desk.abilities().articles {
            return Ok(());
        }
        let wanted = self.0.articles.swap(false, Ordering::SeqCst);
        let due = self
            .0
            .post
            .pen
            .ask(move |w| w.articles_are_due(now))
            .await?;
        lock(&self.0.reading).articles |= wanted || due;
        Ok(())
    }

    fn may_fetch_ahead(&self, may: bool) {
        let policy = self.0.post.ahead;
        let may = may && policy != Ahead::Opened;
        let mut reading = lock(&self.0.reading);
        reading.bulk = may && policy == Ahead::All && self.0.desk.abilities().texts_in_bulk;
        reading.ahead = if may { AHEAD } else { 0 };
    }

    fn texts(&self, texts: Texts, now: Instant) {
        let mut reading = lock(&self.0.reading);
        reading.bulk = texts.told + texts.missing.len() > 0;
        reading.skip.entries.extend(texts.missing);
        if let Some(error) = &texts.trouble {
            reading.ahead = 0;
            if error.kind.is_passing() {
                self.contact().failed(error, now, chance());
            }
        }
        drop(reading);
        self.tell(texts.tickets, false, now);
    }

    /// `waits`: the person waits for it, and is told why there is nothing.
    async fn fetched(&self, fetched: Fetched, waits: bool, now: Instant) {
        let mut refused = Vec::new();
        {
            let mut reading = lock(&self.0.reading);
            reading.ahead = match fetched.asked {
                0 => 0,
                n => reading.ahead.saturating_sub(n),
            };
            for (key, error) in fetched.failed {
                if error.kind.is_passing() {
                    reading.ahead = 0;
                    reading.line.clear();
                    if self.contact().is_ours() {
                        self.contact().failed(&error, now, chance());
                    } else {
                        // How we stand with the desk is for the other window to say.
                        refused.push(error);
                    }
                } else {
                    reading.skip.tickets.insert(key);
                    refused.push(error);
                }
            }
        }
        for error in refused.into_iter().filter(|_| waits) {
            let event = Event::Failed(sentence(&error.to_string()));
            let token = self.0.post.flight.begin();
            let report = Report::Event { event, token };
            let _ = self.0.post.reports.send(report).await;
        }
        self.tell(fetched.tickets, false, now);
    }
}
