//! Two local desks, and a process that dies at any step between them: what is escalated arrives
//! once, and what is said goes over once, in both directions.

use std::future::pending;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use deskhand::desk::{Answer, DeskError, ErrorKind, Local, SaidThere, ToSay, Vendor};
use deskhand::domain::Instant;
use deskhand::domain::calendar::Calendar;
use deskhand::domain::change::{Act, BatchId, Change, ChangeId, NewAttachment};
use deskhand::domain::escalation::{
    Address, EscalationId, Package, Packed, Stage, TO_VENDOR, Theirs, Way,
};
use deskhand::domain::import::NewTicket;
use deskhand::domain::people::AgentId;
use deskhand::domain::remote::{Gone, Mark, OutgoingFile, RemoteId};
use deskhand::domain::sla::{Owner, Policy};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{AttachmentId, MessageId, Visibility};
use deskhand::domain::ticket::{Kind, Priority, Status, Ticket, TicketKey};
use deskhand::store::{Reader, Rules, StoreError, Writer};
use deskhand::sync::{Ledger, Neighbour, exchange, push};
use tokio::sync::Notify;
use uuid::Uuid;

fn now() -> Instant {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

fn rules(me: &str) -> Rules {
    Rules {
        policy: Policy::mydre(),
        calendar: Calendar::standard(),
        me: agent(me),
    }
}

/// A life that ends at one step: whatever is awaited then is never heard of again.
struct Life {
    step: AtomicUsize,
    ends: usize,
    over: Notify,
}

impl Life {
    async fn step(&self) {
        if self.step.fetch_add(1, Ordering::SeqCst) == self.ends {
            self.over.notify_one();
            pending::<()>().await;
        }
    }
}

/// Dies before or after what is done by it.
struct Mortal<'a, T>(&'a T, &'a Life);

impl<T: Ledger> Ledger for Mortal<'_, T> {
    async fn with<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Writer) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        self.1.step().await;
        let done = self.0.with(job).await;
        self.1.step().await;
        done
    }
}

macro_rules! mortal {
    ($self:ident, $call:expr) => {{
        $self.1.step().await;
        let done = $call.await;
        $self.1.step().await;
        done
    }};
}

impl<T: Vendor> Vendor for Mortal<'_, T> {
    fn address(&self) -> Address {
        self.0.address()
    }

    async fn find(&self, id: EscalationId, now: Instant) -> Answer<Option<TicketKey>> {
        mortal!(self, self.0.find(id, now))
    }

    async fn receive(
        &self,
        id: EscalationId,
        package: &Package,
        files: Vec<OutgoingFile>,
        now: Instant,
    ) -> Answer<TicketKey> {
        mortal!(self, self.0.receive(id, package, files, now))
    }

    async fn tell(
        &self,
        of: EscalationId,
        key: &TicketKey,
        now: Instant,
    ) -> Answer<Result<Theirs, Gone>> {
        mortal!(self, self.0.tell(of, key, now))
    }

    async fn file(&self, file: &RemoteId, now: Instant) -> Answer<Vec<u8>> {
        mortal!(self, self.0.file(file, now))
    }

    async fn mark(&self, word: ToSay<'_>, now: Instant) -> Answer<Mark> {
        mortal!(self, self.0.mark(word, now))
    }

    async fn say(&self, word: ToSay<'_>, now: Instant) -> Answer<SaidThere> {
        mortal!(self, self.0.say(word, now))
    }

    async fn find_word(
        &self,
        word: ToSay<'_>,
        mark: &Mark,
        now: Instant,
    ) -> Answer<Option<SaidThere>> {
        mortal!(self, self.0.find_word(word, mark, now))
    }
}

/// Our desk and the vendor's.
struct World {
    _folder: tempfile::TempDir,
    ours: PathBuf,
    vendor: PathBuf,
    ticket: Ticket,
    of: EscalationId,
}

fn open(path: &Path, me: &str) -> Writer {
    Writer::open(path, rules(me), now()).unwrap().writer
}

/// One act, and what the local desk makes of it.
async fn act(writer: &mut Writer, ticket: &Ticket, by: &str, acts: Vec<Act>) {
    let batch = BatchId(Uuid::now_v7());
    let changes: Vec<Change> = acts
        .into_iter()
        .map(|act| Change {
            id: ChangeId(Uuid::now_v7()),
            batch,
            ticket: ticket.id,
            at: now(),
            by: agent(by),
            base: ticket.version,
            not_before: None,
            act,
        })
        .collect();
    writer.commit(&changes).unwrap();
    push(&Mutex::new(writer), &Local::new(), now())
        .await
        .unwrap();
}

fn say(visibility: Visibility, body: &str) -> Act {
    Act::Say {
        message: MessageId(Uuid::now_v7().as_u64_pair().0 as i64 & i64::MAX),
        visibility,
        body: Untrusted::new(body),
        attachments: Vec::new(),
    }
}

impl World {
    async fn new() -> Self {
        Self::with(Vec::new()).await
    }

    /// With files that go along; they are not here any more.
    async fn with(files: Vec<Packed>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (ours, vendor) = (
            folder.path().join("ours.db"),
            folder.path().join("vendor.db"),
        );
        drop(open(&vendor, "vera"));
        let mut writer = open(&ours, "sam");
        let new = NewTicket {
            subject: Untrusted::new("Cannot open it"),
            body: Untrusted::new("It is grey."),
            requester: Some(Untrusted::new("Jan")),
            tenant: None,
            workspace: None,
            kind: Kind::Problem,
            priority: None,
            assignee: None,
            labels: Vec::new(),
        };
        let ticket = writer.create_ticket(&new, &agent("sam"), now()).unwrap();
        let of = EscalationId(Uuid::now_v7());
        let package = Package {
            vendor: "anDREa".into(),
            way: Way::Apart,
            address: Some(Address::store(&vendor)),
            subject: Untrusted::new("Cannot open it"),
            body: Untrusted::new("The report."),
            report: Some("{}".into()),
            priority: Some(Priority::P1),
            kind: Kind::Problem,
            tenant: None,
            workspace: None,
            files,
            keep: Vec::new(),
            past: Vec::new(),
        };
        let hand = Act::Owner {
            to: Owner::Vendor,
            of,
            package: Some(Box::new(package)),
        };
        act(
            &mut writer,
            &ticket,
            "sam",
            vec![hand, Act::Status { to: Status::OnHold }],
        )
        .await;
        Self {
            _folder: folder,
            ours,
            vendor,
            ticket,
            of,
        }
    }

    fn neighbour(&self) -> Arc<Neighbour> {
        self.at(&self.vendor)
    }

    fn at(&self, store: &Path) -> Arc<Neighbour> {
        Arc::new(Neighbour {
            store: store.to_owned(),
            rules: rules("sam"),
            from: Untrusted::new("Sam"),
        })
    }

    /// A process that exchanges until it dies; how many steps it lived.
    async fn live(&self, ends: usize) -> usize {
        let life = Life {
            step: AtomicUsize::new(0),
            ends,
            over: Notify::new(),
        };
        let mut writer = open(&self.ours, "sam");
        let (ledger, vendor) = (Mutex::new(&mut writer), self.neighbour());
        let (ledger, vendor) = (Mortal(&ledger, &life), Mortal(&vendor, &life));
        let (own, at) = (Local::new(), now());
        tokio::select! {
            done = exchange(&ledger, &own, &vendor, at) => {
                let done = done.unwrap();
                assert_eq!(done.trouble, None);
            }
            () = life.over.notified() => {}
        }
        life.step.load(Ordering::SeqCst)
    }

    fn theirs(&self) -> Vec<(String, Vec<String>)> {
        let reader = Reader::open(&self.vendor).unwrap();
        let mut all = Vec::new();
        reader
            .export(&mut |row| {
                let said = row.messages.iter().map(|m| m.body.raw().to_owned());
                all.push((row.ticket.key.to_string(), said.collect()));
                true
            })
            .unwrap();
        all
    }

    fn ours(&self) -> deskhand::domain::thread::Thread {
        let reader = Reader::open(&self.ours).unwrap();
        reader.thread(self.ticket.id).unwrap().unwrap()
    }

    /// The vendor answers and takes it.
    async fn answers(&self) {
        let mut writer = open(&self.vendor, "vera");
        let reader = Reader::open(&self.vendor).unwrap();
        let id = reader.arrived(self.of.0).unwrap().unwrap();
        let ticket = reader.ticket(id).unwrap().unwrap();
        let file = self.vendor.with_file_name("fix.txt");
        std::fs::write(&file, "restart.sh").unwrap();
        let mut reply = say(Visibility::Public, "Restart it.");
        if let Act::Say { attachments, .. } = &mut reply {
            attachments.push(NewAttachment {
                name: Untrusted::new("fix.txt"),
                path: file,
                size: 10,
            });
        }
        let acts = vec![
            reply,
            say(Visibility::Internal, "Not for them."),
            Act::Assign {
                to: Some(agent("vera")),
            },
            Act::Status {
                to: Status::Resolved,
            },
        ];
        act(&mut writer, &ticket, "vera", acts).await;
    }
}

#[tokio::test]
async fn killed_at_any_step_it_arrives_once_and_is_known_here_afterwards() {
    let mut ends = 0;
    loop {
        let world = World::new().await;
        let lived = world.live(ends).await;
        // The next process finds out what became of it.
        world.live(usize::MAX).await;
        let there = world.theirs();
        assert_eq!(there.len(), 1, "killed at step {ends}");
        assert_eq!(there[0].1, ["The report."], "killed at step {ends}");
        let e = world.ours().vendor.unwrap();
        assert_eq!(
            (e.stage, e.flying),
            (Stage::There, false),
            "killed at step {ends}"
        );
        assert_eq!(e.key.unwrap().as_str(), there[0].0);
        if lived <= ends {
            assert!(ends > 8, "there are steps to die at");
            return;
        }
        ends += 1;
    }
}

#[tokio::test]
async fn killed_at_any_step_words_go_over_once_in_both_directions() {
    let mut ends = 0;
    loop {
        let world = World::new().await;
        world.live(usize::MAX).await;
        world.answers().await;
        let mut writer = open(&world.ours, "sam");
        let note = say(Visibility::Internal, &format!("{TO_VENDOR} On two VMs."));
        act(&mut writer, &world.ours().ticket, "sam", vec![note]).await;
        drop(writer);
        let lived = world.live(ends).await;
        for _ in 0..2 {
            world.live(usize::MAX).await;
        }
        let said = &world.theirs()[0].1;
        let ours = said.iter().filter(|s| *s == "On two VMs.").count();
        assert_eq!(ours, 1, "killed at step {ends}: {said:?}");
        let thread = world.ours();
        let heard: Vec<&str> = thread
            .messages
            .iter()
            .map(|m| m.body.raw())
            .filter(|b| b.starts_with("From anDREa"))
            .collect();
        assert_eq!(heard.len(), 1, "killed at step {ends}: {heard:?}");
        assert!(heard[0].ends_with("Restart it."), "{heard:?}");
        let files = thread.messages.iter().flat_map(|m| &m.attachments);
        let files: Vec<_> = files.map(|f| (f.id, f.name.raw().to_owned())).collect();
        assert_eq!(files.len(), 1, "killed at step {ends}: {files:?}");
        assert_eq!(files[0].1, "fix.txt");
        let bytes = Reader::open(&world.ours).unwrap().attachment(files[0].0);
        assert_eq!(bytes.unwrap().unwrap(), b"restart.sh");
        // Our word has opened theirs again.
        let theirs = thread.vendor.unwrap().theirs.unwrap();
        assert_eq!(theirs.with.unwrap().raw(), "vera");
        assert_eq!(theirs.status, Status::Open);
        if lived <= ends {
            return;
        }
        ends += 1;
    }
}

#[tokio::test]
async fn the_clocks_are_the_vendors_until_it_is_back_and_undo_forgets_that() {
    let world = World::new().await;
    let owners = |world: &World| -> Vec<Owner> {
        let events = world.ours().clock_events;
        let owner = |w| match w {
            deskhand::domain::sla::What::Owner(o) => Some(o),
            _ => None,
        };
        events.into_iter().filter_map(|e| owner(e.what)).collect()
    };
    assert_eq!(owners(&world), [Owner::Vendor]);
    let mut writer = open(&world.ours, "sam");
    writer.undo(&agent("sam"), now()).unwrap().unwrap();
    push(&Mutex::new(&mut writer), &Local::new(), now())
        .await
        .unwrap();
    assert_eq!(owners(&world), []);
    drop(writer);
    world.live(usize::MAX).await;
    assert!(
        world.theirs().is_empty(),
        "what was taken back does not leave"
    );
    let mut writer = open(&world.ours, "sam");
    writer.redo(&agent("sam"), now()).unwrap().unwrap();
    push(&Mutex::new(&mut writer), &Local::new(), now())
        .await
        .unwrap();
    drop(writer);
    assert_eq!(owners(&world), [Owner::Vendor]);
    world.live(usize::MAX).await;
    assert_eq!(world.theirs().len(), 1);
    let back = Act::Owner {
        to: Owner::Team,
        of: world.of,
        package: None,
    };
    let mut writer = open(&world.ours, "sam");
    act(&mut writer, &world.ours().ticket, "sam", vec![back]).await;
    drop(writer);
    assert_eq!(owners(&world), [Owner::Vendor, Owner::Team]);
    world.live(usize::MAX).await;
    let said = world.theirs()[0].1.clone();
    assert!(said[1].starts_with("We have taken this back"), "{said:?}");
    assert!(!world.ours().vendor.unwrap().stage.is_open());
}

#[tokio::test]
async fn a_desk_that_is_not_there_is_said_to_be_so_and_tried_again() {
    let world = World::new().await;
    std::fs::remove_file(&world.vendor).unwrap();
    let mut writer = open(&world.ours, "sam");
    let vendor = world.neighbour();
    let done = exchange(&Mutex::new(&mut writer), &Local::new(), &vendor, now())
        .await
        .unwrap();
    assert!(
        done.trouble
            .unwrap()
            .to_string()
            .contains("there is no desk at")
    );
    let again = done.again.unwrap();
    assert!(again > now());
    assert!(
        !world.vendor.exists(),
        "no desk is made where there is none"
    );
    let shown = world.ours().vendor.unwrap().line(now());
    assert!(shown.contains("not sent: there is no desk"), "{shown}");
    drop(open(&world.vendor, "vera"));
    let done = exchange(&Mutex::new(&mut writer), &Local::new(), &vendor, again)
        .await
        .unwrap();
    assert_eq!((done.sent, world.theirs().len()), (1, 1));
}

#[tokio::test]
async fn of_two_who_escalate_at_once_the_second_is_refused_with_all_of_its_acts() {
    let world = World::new().await;
    let mut writer = open(&world.ours, "ana");
    let seen = world.ours().ticket;
    let package = world.ours().vendor.unwrap().package;
    let batch = BatchId(Uuid::now_v7());
    let acts = [
        Act::Owner {
            to: Owner::Vendor,
            of: EscalationId(Uuid::now_v7()),
            package: Some(Box::new(package)),
        },
        say(Visibility::Internal, "Escalated to anDREa."),
    ];
    let changes = acts.map(|act| Change {
        id: ChangeId(Uuid::now_v7()),
        batch,
        ticket: seen.id,
        at: now(),
        by: agent("ana"),
        base: seen.version,
        not_before: None,
        act,
    });
    let refused = writer.commit(&changes).unwrap_err();
    assert!(matches!(refused, StoreError::Refused(_)), "{refused:?}");
    assert!(
        refused
            .to_string()
            .contains("went to anDREa in the meantime"),
        "{refused}"
    );
    assert_eq!(world.ours().messages.len(), 1, "nor is the note there");
    drop(writer);
    world.live(usize::MAX).await;
    assert_eq!(world.theirs().len(), 1);
    assert_eq!(world.ours().vendor.unwrap().id, world.of);
}

#[tokio::test]
async fn a_note_to_the_vendor_loses_its_secrets_on_the_way_and_only_there() {
    let world = World::new().await;
    world.live(usize::MAX).await;
    let mut writer = open(&world.ours, "sam");
    let words = "the password is Hunter2!xyz, call me on +31 6 12345678";
    let note = say(Visibility::Internal, &format!("{TO_VENDOR} {words}"));
    act(&mut writer, &world.ours().ticket, "sam", vec![note]).await;
    drop(writer);
    world.live(usize::MAX).await;
    let said = &world.theirs()[0].1;
    assert_eq!(
        said[1],
        "the password is [password], call me on [phone number]"
    );
    let ours = world.ours().messages;
    assert!(ours.iter().any(|m| m.body.raw().contains("Hunter2!xyz")));
}

/// Another vendor's desk, with a ticket of its own under the same number.
fn stranger(world: &World) -> PathBuf {
    let path = world.vendor.with_file_name("stranger.db");
    let mut writer = open(&path, "eve");
    let new = NewTicket {
        subject: Untrusted::new("Of somebody else"),
        body: Untrusted::new("Theirs."),
        requester: None,
        tenant: None,
        workspace: None,
        kind: Kind::Problem,
        priority: None,
        assignee: None,
        labels: Vec::new(),
    };
    let ticket = writer.create_ticket(&new, &agent("eve"), now()).unwrap();
    assert_eq!(ticket.key.as_str(), world.theirs()[0].0);
    path
}

fn bodies(store: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let reader = Reader::open(store).unwrap();
    reader
        .export(&mut |row| {
            all.extend(row.messages.iter().map(|m| m.body.raw().to_owned()));
            true
        })
        .unwrap();
    all
}

#[tokio::test]
async fn what_one_desk_has_is_neither_asked_nor_spoken_of_at_another() {
    let world = World::new().await;
    world.live(usize::MAX).await;
    let other = stranger(&world);
    let mut writer = open(&world.ours, "sam");
    let note = say(Visibility::Internal, &format!("{TO_VENDOR} On two VMs."));
    act(&mut writer, &world.ours().ticket, "sam", vec![note]).await;
    let elsewhere = world.at(&other);
    let done = exchange(&Mutex::new(&mut writer), &Local::new(), &elsewhere, now())
        .await
        .unwrap();
    assert_eq!(bodies(&other), ["Theirs."]);
    assert_eq!(done.sent, 0);
    let shown = world.ours().vendor.unwrap().line(now());
    assert!(
        shown.contains("[vendor] names another desk; undo that or take it back: "),
        "{shown}"
    );
    assert_eq!(done.tickets, [world.ticket.id]);
    // Named again, all goes on.
    drop(writer);
    world.live(usize::MAX).await;
    assert_eq!(world.theirs()[0].1, ["The report.", "On two VMs."]);
    let shown = world.ours().vendor.unwrap().line(now());
    assert!(shown.starts_with("new · since"), "{shown}");
}

#[tokio::test]
async fn what_has_not_left_does_not_leave_for_another_desk() {
    let world = World::new().await;
    let other = world.vendor.with_file_name("stranger.db");
    drop(open(&other, "eve"));
    let mut writer = open(&world.ours, "sam");
    let elsewhere = world.at(&other);
    exchange(&Mutex::new(&mut writer), &Local::new(), &elsewhere, now())
        .await
        .unwrap();
    assert!(bodies(&other).is_empty());
    let shown = world.ours().vendor.unwrap().line(now());
    assert!(
        shown.starts_with("not sent: [vendor] names another desk"),
        "{shown}"
    );
    drop(writer);
    world.live(usize::MAX).await;
    assert_eq!(world.theirs().len(), 1);
}

#[tokio::test]
async fn another_ticket_of_that_number_in_the_same_place_is_not_ours() {
    let world = World::new().await;
    world.live(usize::MAX).await;
    let other = stranger(&world);
    // The desk was set up anew where it was.
    std::fs::rename(&other, &world.vendor).unwrap();
    let mut writer = open(&world.ours, "sam");
    let note = say(Visibility::Internal, &format!("{TO_VENDOR} On two VMs."));
    act(&mut writer, &world.ours().ticket, "sam", vec![note]).await;
    let vendor = world.neighbour();
    exchange(&Mutex::new(&mut writer), &Local::new(), &vendor, now())
        .await
        .unwrap();
    assert_eq!(bodies(&world.vendor), ["Theirs."]);
    let shown = world.ours().vendor.unwrap().line(now());
    assert!(shown.contains("is not to be had any more"), "{shown}");
}

#[tokio::test]
async fn a_file_that_was_deleted_before_it_left_is_said_so_once() {
    let gone = Packed {
        attachment: AttachmentId(4711),
        name: "a.log".into(),
    };
    let mut ends = 0;
    loop {
        let world = World::with(vec![gone.clone()]).await;
        let lived = world.live(ends).await;
        world.live(usize::MAX).await;
        assert_eq!(world.theirs().len(), 1);
        let ours = world.ours().messages;
        let said: Vec<&str> = ours.iter().map(|m| m.body.raw()).collect();
        let says = "To anDREa, without:\n\na.log does not go along: it was deleted at our desk.";
        assert_eq!(
            said.iter().filter(|s| **s == says).count(),
            1,
            "killed at step {ends}: {said:?}"
        );
        if lived <= ends {
            return;
        }
        ends += 1;
    }
}

/// A vendor of whom one thing does not work.
struct Grumpy<'a> {
    desk: &'a Arc<Neighbour>,
    files: ErrorKind,
    words: Option<ErrorKind>,
}

fn no(kind: ErrorKind) -> DeskError {
    DeskError {
        kind,
        what: Untrusted::new("we do not do that"),
        hint: None,
        retry_at: None,
    }
}

impl Vendor for Grumpy<'_> {
    fn address(&self) -> Address {
        self.desk.address()
    }

    async fn find(&self, id: EscalationId, now: Instant) -> Answer<Option<TicketKey>> {
        self.desk.find(id, now).await
    }

    async fn receive(
        &self,
        id: EscalationId,
        package: &Package,
        files: Vec<OutgoingFile>,
        now: Instant,
    ) -> Answer<TicketKey> {
        self.desk.receive(id, package, files, now).await
    }

    async fn tell(
        &self,
        of: EscalationId,
        key: &TicketKey,
        now: Instant,
    ) -> Answer<Result<Theirs, Gone>> {
        self.desk.tell(of, key, now).await
    }

    async fn file(&self, _: &RemoteId, _: Instant) -> Answer<Vec<u8>> {
        Err(no(self.files))
    }

    async fn mark(&self, word: ToSay<'_>, now: Instant) -> Answer<Mark> {
        self.desk.mark(word, now).await
    }

    async fn say(&self, word: ToSay<'_>, now: Instant) -> Answer<SaidThere> {
        match self.words {
            Some(kind) => Err(no(kind)),
            None => self.desk.say(word, now).await,
        }
    }

    async fn find_word(
        &self,
        word: ToSay<'_>,
        mark: &Mark,
        now: Instant,
    ) -> Answer<Option<SaidThere>> {
        self.desk.find_word(word, mark, now).await
    }
}

/// A file that cannot be had holds no words up, and the note says where it is; a desk that cannot
/// be reached is asked for all of it later.
#[tokio::test]
async fn a_file_that_stays_with_the_vendor_is_named_in_the_note() {
    let world = World::new().await;
    world.live(usize::MAX).await;
    world.answers().await;
    let desk = world.neighbour();
    let mut writer = open(&world.ours, "sam");
    for (files, notes) in [(ErrorKind::Unreachable, 0), (ErrorKind::Refused, 1)] {
        let vendor = Grumpy {
            desk: &desk,
            files,
            words: None,
        };
        let done = exchange(&Mutex::new(&mut writer), &Local::new(), &vendor, now()).await;
        assert_eq!(done.unwrap().trouble.is_some(), notes == 0);
        let said = world.ours().messages;
        let said: Vec<_> = said
            .iter()
            .filter(|m| m.body.raw().starts_with("From anDREa"))
            .collect();
        assert_eq!(said.len(), notes);
        for note in said {
            let text = note.body.raw();
            assert!(
                text.ends_with("fix.txt is with them: we do not do that."),
                "{text}"
            );
            assert!(note.attachments.is_empty());
        }
    }
}

/// What their desk will not take from us is said in the head of our ticket until it takes a word.
#[tokio::test]
async fn a_word_that_is_refused_is_said_in_the_head_of_the_ticket() {
    let world = World::new().await;
    world.live(usize::MAX).await;
    let desk = world.neighbour();
    for (words, shown) in [(Some(ErrorKind::Refused), true), (None, false)] {
        let mut writer = open(&world.ours, "sam");
        let note = say(Visibility::Internal, &format!("{TO_VENDOR} On two VMs."));
        act(&mut writer, &world.ours().ticket, "sam", vec![note]).await;
        let files = ErrorKind::Refused;
        let vendor = Grumpy {
            desk: &desk,
            files,
            words,
        };
        exchange(&Mutex::new(&mut writer), &Local::new(), &vendor, now())
            .await
            .unwrap();
        let line = world.ours().vendor.unwrap().line(now());
        let said = line.contains("your word was refused: we do not do that");
        assert_eq!(said, shown, "{line}");
    }
}
