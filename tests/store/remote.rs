//! What a desk over a network tells, kept beside what was done here.

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::domain::change::{Act, Change, LinkKind, OutboxRow, Stage};
use deskhand::domain::conflict::Choice;
use deskhand::domain::people::{Agent, Tenant, TenantId, Workspace};
use deskhand::domain::remote::{
    Cursor, Entry, Gone, Happened, Mark, Pulled, Receipt, RemoteId, Told, ToldFields, ToldFile,
    ToldNames,
};
use deskhand::domain::sla::{Side, What};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{Author, Draft, DraftSeen, MessageId, Thread, Visibility};
use deskhand::domain::ticket::{Due, Priority, Status, Ticket, TicketId, TicketKey, Turn};
use deskhand::store::{KeptPull, Reader, StoreError, Stored, Writer};
use rstest::rstest;

use super::scene::{Scene, agent, change, now, rules};
use super::sound::assert_whole;

pub fn key(s: &str) -> TicketKey {
    TicketKey::parse(s).unwrap()
}

pub fn minute(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(n)
}

fn text(s: &str) -> Untrusted {
    Untrusted::new(s)
}

pub fn fields(subject: &str) -> ToldFields {
    ToldFields {
        subject: text(subject),
        status: Status::Open,
        status_label: Some(text("open")),
        priority: Some(Priority::P3),
        kind: None,
        tenant: None,
        workspace: None,
        requester: Some(text("Jan")),
        assignee: None,
        labels: None,
        channel: None,
        created: minute(-600),
        updated: minute(-300),
        resolved: None,
        closed: None,
        due: vec![],
        further: vec![],
    }
}

pub fn told(k: &str, fields: Option<ToldFields>, entries: Vec<Entry>) -> Told {
    Told {
        key: key(k),
        fields,
        version: None,
        entries,
        whole: false,
        links: None,
    }
}

pub fn by(who: &str) -> Author {
    match who {
        "jan" => Author::Requester { name: text("Jan") },
        "desk" => Author::System,
        id => Author::Agent { id: agent(id) },
    }
}

fn entry(remote: &str, at: i64, who: &str, what: Happened) -> Entry {
    Entry {
        remote: RemoteId(remote.into()),
        at: minute(at),
        by: by(who),
        what,
    }
}

pub fn said(remote: &str, at: i64, who: &str, body: Option<&str>) -> Entry {
    let content = body.map(|b| (text(b), vec![]));
    let visibility = Visibility::Public;
    entry(
        remote,
        at,
        who,
        Happened::Said {
            visibility,
            content,
        },
    )
}

pub fn moved(remote: &str, at: i64, who: &str, from: Status, to: Status) -> Entry {
    let words = (text(from.word()), text(to.word()));
    entry(remote, at, who, Happened::Status { from, to, words })
}

fn begun(remote: &str, at: i64, who: &str) -> Entry {
    let status = Status::New;
    entry(remote, at, who, Happened::Created { status })
}

fn given(remote: &str, at: i64, from: Option<&str>, to: Option<&str>) -> Entry {
    let (from, to) = (from.map(agent), to.map(agent));
    entry(remote, at, "bo", Happened::Assigned { from, to })
}

pub fn pull(tickets: Vec<Told>) -> Pulled {
    Pulled {
        tickets,
        gone: vec![],
        names: None,
        cursor: Cursor("c".into()),
        more: false,
        progress: None,
    }
}

pub fn say(seed: u64, on: TicketId, body: &str) -> Change {
    let act = Act::Say {
        message: MessageId((1 << 50) + seed as i64),
        visibility: Visibility::Public,
        body: text(body),
        attachments: vec![],
    };
    change(seed, on, act)
}

/// A store that a desk over a network fills.
pub struct Kept {
    pub scene: Scene,
}

impl Kept {
    /// With one ticket, `T1`, that was read already.
    pub fn new() -> Self {
        let mut kept = Self {
            scene: Scene::new(),
        };
        kept.keep(vec![told("T1", Some(fields("no disk")), vec![])]);
        let id = kept.id("T1");
        kept.scene.writer.mark_read(&[id]).unwrap();
        kept
    }

    pub fn keep(&mut self, tickets: Vec<Told>) -> KeptPull {
        self.keep_at(pull(tickets), now())
    }

    fn keep_at(&mut self, pulled: Pulled, at: DateTime<Utc>) -> KeptPull {
        let asked = self.scene.writer.asks().unwrap();
        let done = self.scene.writer.keep(&pulled, asked, at).unwrap();
        assert_whole(&self.scene.path());
        done
    }

    fn gone(&mut self, k: &str, gone: Gone) -> KeptPull {
        let mut pulled = pull(vec![]);
        pulled.gone.push((key(k), gone));
        self.keep_at(pulled, minute(9))
    }

    pub fn id(&self, k: &str) -> TicketId {
        self.scene.id(k)
    }

    pub fn thread(&self) -> Thread {
        let id = self.id("T1");
        self.scene.reader.thread(id).unwrap().unwrap()
    }

    pub fn ticket(&self) -> Ticket {
        self.thread().ticket
    }

    pub fn bodies(&self) -> Vec<String> {
        let said = self.thread().messages;
        said.iter().map(|m| m.body.raw().to_owned()).collect()
    }

    pub fn commit(&mut self, c: Change) -> Change {
        self.scene.writer.commit(std::slice::from_ref(&c)).unwrap();
        c
    }

    pub fn send(&mut self, c: &Change) {
        let mark = Mark("m".into());
        assert!(self.scene.writer.begin(c.id, &mark).unwrap());
    }

    pub fn receive(&mut self, c: &Change, entry: Option<&str>, at: DateTime<Utc>) {
        let receipt = Receipt {
            version: Some("v".into()),
            entry: entry.map(|e| RemoteId(e.into())),
        };
        let asked = self.scene.writer.asks().unwrap();
        let writer = &mut self.scene.writer;
        writer.received(c.id, &receipt, asked, at).unwrap();
        assert_whole(&self.scene.path());
    }

    pub fn row(&self, c: &Change) -> OutboxRow {
        let rows = self.scene.reader.outbox().unwrap();
        rows.into_iter().find(|r| r.change.id == c.id).unwrap()
    }

    pub fn stage(&self, c: &Change) -> Stage {
        self.row(c).stage
    }
}

fn to(status: Status) -> Act {
    Act::Status { to: status }
}

fn theirs(kept: &Kept, c: &Change) -> Option<String> {
    kept.row(c).theirs.map(|t| t.raw().to_owned())
}

#[test]
fn a_ticket_that_is_told_first_is_unread_if_it_is_live_and_its_cursor_is_kept() {
    let mut kept = Kept::new();
    let mut done = fields("done long ago");
    (done.status, done.resolved) = (Status::Resolved, Some(minute(-400)));
    done.further = vec![("Severity".into(), text("low"))];
    let now = kept.keep(vec![
        told(
            "T2",
            Some(fields("new")),
            vec![said("r1", -600, "jan", Some("printer burns"))],
        ),
        told("T3", Some(done), vec![]),
        told("T4", None, vec![said("r2", 1, "jan", None)]),
    ]);
    assert_eq!(now.tickets.len(), 2);
    let thread = |k: &str| {
        let id = kept.id(k);
        kept.scene.reader.thread(id).unwrap().unwrap()
    };
    assert!(thread("T2").ticket.unread && !thread("T2").whole && !thread("T3").ticket.unread);
    assert_eq!(thread("T3").further[0].0, "Severity");
    assert_eq!(thread("T2").ticket.turn, Turn::Ours);
    assert!(matches!(thread("T2").ticket.due, Due::Running { .. }));
    assert!(kept.scene.reader.find(&key("T4")).unwrap().is_none());
    assert_eq!(
        kept.scene.writer.cursor().unwrap(),
        Some(Cursor("c".into()))
    );
}

#[test]
fn what_is_told_twice_changes_nothing_the_second_time() {
    let mut kept = Kept::new();
    let mut again = told(
        "T1",
        Some(fields("no disk")),
        vec![
            begun("r0", -600, "jan"),
            said("r1", -600, "jan", Some("help")),
            moved("r2", 5, "bo", Status::New, Status::Open),
            given("r3", 6, Some("bo"), Some("cem")),
        ],
    );
    again.links = Some(vec![(key("T9"), LinkKind::Related)]);
    assert_eq!(kept.keep(vec![again.clone()]).tickets, [kept.id("T1")]);
    let before = kept.thread();
    assert!(before.ticket.changed);
    assert_eq!(kept.keep(vec![again]), KeptPull::default());
    assert_eq!(kept.thread(), before);
    assert_eq!((before.messages.len(), before.timeline.len()), (1, 2));
}

#[rstest]
#[case::a_field_is_other(Some(Priority::P1), vec![], true)]
#[case::somebody_wrote(Some(Priority::P3), vec![said("r1", 5, "jan", None)], true)]
#[case::i_wrote_elsewhere(Some(Priority::P3), vec![said("r1", 5, "ana", None)], false)]
#[case::the_desk_noted(Some(Priority::P3), vec![said("r1", 5, "desk", None)], false)]
#[case::an_old_story_comes(Some(Priority::P3), vec![said("r1", -400, "jan", Some("old"))], false)]
fn changed_means_that_somebody_else_did_something(
    #[case] priority: Option<Priority>,
    #[case] entries: Vec<Entry>,
    #[case] changed: bool,
) {
    let mut kept = Kept::new();
    let mut f = fields("no disk");
    f.priority = priority;
    kept.keep(vec![told("T1", Some(f), entries)]);
    assert_eq!(kept.ticket().changed, changed);
    assert!(!kept.ticket().unread && kept.ticket().version == 2);
}

#[test]
fn a_text_that_comes_later_fills_its_place_and_its_files_are_asked_for_by_name() {
    let mut kept = Kept::new();
    kept.keep(vec![told("T1", None, vec![said("r1", 1, "jan", None)])]);
    assert!(kept.thread().messages[0].missing);
    let mut whole = told("T1", None, vec![said("r1", 1, "jan", Some("zebra"))]);
    let file = ToldFile {
        remote: RemoteId("f1".into()),
        name: text("log.txt"),
        media_type: text("text/plain"),
        size: 3,
    };
    if let Happened::Said { content, .. } = &mut whole.entries[0].what {
        content.as_mut().unwrap().1.push(file);
    }
    whole.whole = true;
    kept.keep(vec![whole]);
    let thread = kept.thread();
    assert!(thread.whole && !thread.messages[0].missing);
    let file = thread.messages[0].attachments[0].id;
    let at = |kept: &Kept| kept.scene.reader.file(file).unwrap();
    assert_eq!(at(&kept), Some(Stored::Remote(RemoteId("f1".into()))));
    assert_eq!(kept.scene.reader.attachment(file).unwrap(), None);
    kept.scene.writer.keep_file(file, b"abc").unwrap();
    assert_eq!(at(&kept), Some(Stored::Here(b"abc".to_vec())));
    assert_whole(&kept.scene.path());
}

#[test]
fn texts_of_any_tickets_come_in_bulk_the_newest_first() {
    let mut kept = Kept::new();
    let mine = kept.id("T1");
    let own = kept.commit(say(1, mine, "my own words"));
    kept.send(&own);
    kept.receive(&own, None, minute(9));
    kept.keep(vec![
        told(
            "T1",
            None,
            vec![said("r1", 1, "jan", None), said("r3", 9, "ana", None)],
        ),
        told(
            "T2",
            Some(fields("other")),
            vec![said("r2m", 2, "bo", None)],
        ),
    ]);
    let name = |n: &str| RemoteId(n.into());
    assert_eq!(
        kept.scene.writer.lacking(9).unwrap(),
        ["r2m", "r3", "r1"].map(name)
    );
    assert_eq!(kept.scene.writer.lacking(1).unwrap(), ["r2m"].map(name));
    let some = |n: &str, body: &str| (name(n), (text(body), vec![]));
    let texts = [
        some("r1", "zebra"),
        some("r3", "my own words"),
        some("gone", "x"),
    ];
    assert_eq!(kept.scene.writer.keep_texts(&texts).unwrap(), [mine]);
    assert_eq!(kept.scene.writer.lacking(9).unwrap(), ["r2m"].map(name));
    // What the desk had taken without a word is known again by its words, and stands there once.
    let thread = kept.thread();
    let bodies: Vec<&str> = thread.messages.iter().map(|m| m.body.raw()).collect();
    assert_eq!(bodies, ["zebra", "my own words"]);
    // Told again, it changes nothing.
    assert_eq!(kept.scene.writer.keep_texts(&texts).unwrap(), []);
    assert_whole(&kept.scene.path());
}

#[test]
fn clocks_and_turn_and_hand_overs_follow_from_what_happened_in_any_order() {
    let story = vec![
        begun("r0", -600, "jan"),
        said("r1", -600, "jan", Some("first")),
        moved("r2", -500, "bo", Status::New, Status::Open),
        given("r3", -490, None, Some("bo")),
        given("r4", -480, Some("bo"), Some("cem")),
        said("r5", -400, "cem", Some("answer")),
        said("r6", -390, "jan", None),
        moved("r7", -380, "cem", Status::Open, Status::OnHold),
    ];
    let mut held = fields("no disk");
    held.status = Status::OnHold;
    let mut seen = Vec::new();
    for turn in 0..story.len() {
        let mut kept = Kept::new();
        let mut order = story.clone();
        order.rotate_left(turn);
        for e in order {
            kept.keep(vec![told("T1", Some(held.clone()), vec![e])]);
        }
        let t = kept.thread();
        assert_eq!(
            (t.opened_by, t.first_status),
            (Side::Requester, Status::New)
        );
        assert_eq!((t.ticket.turn, t.ticket.reassignments), (Turn::Ours, 1));
        assert!(
            matches!(t.ticket.due, Due::Paused { .. }),
            "{:?}",
            t.ticket.due
        );
        seen.push(t.clock_events.iter().map(|e| e.what).collect::<Vec<_>>());
    }
    let want = [
        What::Status(Status::Open),
        What::AgentReply,
        What::RequesterMessage,
        What::Status(Status::OnHold),
    ];
    assert!(seen.iter().all(|s| *s == want), "{seen:?}");
}

/// Our own change, told before and after the desk's word that it has it.
#[rstest]
#[case::confirmed_first(true, Some("r1"))]
#[case::told_first(false, Some("r1"))]
#[case::confirmed_first_without_a_name(true, None)]
#[case::told_first_without_a_name(false, None)]
fn what_we_did_is_shown_once(#[case] confirmed_first: bool, #[case] name: Option<&str>) {
    let mut kept = Kept::new();
    let id = kept.id("T1");
    let reply = kept.commit(say(1, id, "Dear Jan,\nall is well."));
    let solved = kept.commit(change(2, id, to(Status::Resolved)));
    let mut f = fields("no disk");
    (f.status, f.resolved, f.updated) = (Status::Resolved, Some(minute(3)), minute(3));
    let echo = told(
        "T1",
        Some(f),
        vec![
            said("r1", 2, "ana", Some("Dear Jan, all\nis well.")),
            moved("r2", 3, "ana", Status::Open, Status::Resolved),
        ],
    );
    let confirm = |kept: &mut Kept| {
        kept.receive(&reply, name, minute(2));
        kept.send(&solved);
        kept.receive(&solved, None, minute(3));
    };
    kept.send(&reply);
    if confirmed_first {
        confirm(&mut kept);
        kept.keep(vec![echo.clone()]);
    } else {
        kept.scene
            .writer
            .begin(solved.id, &deskhand::domain::remote::Mark::default())
            .unwrap();
        kept.keep(vec![echo.clone()]);
        kept.receive(&reply, name, minute(2));
        kept.receive(&solved, None, minute(3));
    }
    let t = kept.thread();
    assert_eq!((t.messages.len(), t.timeline.len()), (1, 1), "{t:?}");
    assert_eq!(t.messages[0].body.raw(), "Dear Jan,\nall is well.");
    assert_eq!(t.messages[0].at, minute(2));
    assert_eq!(t.clock_events.len(), 2);
    assert!(!t.ticket.changed && t.ticket.waiting == 0);
    assert_eq!(t.ticket.status, Status::Resolved);
    kept.keep(vec![echo]);
    assert_eq!(kept.thread(), t);
}

/// The desk's word comes last: what was told meanwhile is not set back, and what was not is done.
#[rstest]
#[case::nothing_since(vec![], Status::Resolved)]
#[case::reopened_since(vec![moved("r2", 4, "jan", Status::Resolved, Status::Open)], Status::Open)]
fn a_late_answer_does_not_undo_what_came_after(#[case] since: Vec<Entry>, #[case] status: Status) {
    let mut kept = Kept::new();
    let id = kept.id("T1");
    let solved = kept.commit(change(1, id, to(Status::Resolved)));
    kept.send(&solved);
    let mut entries = vec![moved("r1", 3, "ana", Status::Open, Status::Resolved)];
    entries.extend(since);
    kept.keep(vec![told("T1", None, entries.clone())]);
    kept.receive(&solved, None, minute(5));
    assert_eq!(kept.ticket().status, status);
    assert_eq!(kept.thread().timeline.len(), entries.len());
}

#[test]
fn a_waiting_change_stays_visible_over_what_is_told_of_other_fields() {
    let mut kept = Kept::new();
    let id = kept.id("T1");
    let mine = kept.commit(change(
        1,
        id,
        Act::Priority {
            to: Some(Priority::P1),
        },
    ));
    let mut f = fields("another line");
    f.assignee = Some(agent("bo"));
    let done = kept.keep(vec![told("T1", Some(f), vec![])]);
    assert_eq!((done.conflicts, kept.stage(&mine)), (0, Stage::Waiting));
    let t = kept.ticket();
    assert_eq!(
        (t.priority, t.subject.raw()),
        (Some(Priority::P1), "another line")
    );
    assert_eq!((t.assignee, t.waiting), (Some(agent("bo")), 1));
    let out = kept.scene.writer.outgoing(vec![mine]).unwrap().remove(0);
    assert_eq!(out.base.priority, Some(Priority::P3));
}

fn in_conflict() -> (Kept, Change) {
    let mut kept = Kept::new();
    let id = kept.id("T1");
    let mine = kept.commit(change(1, id, to(Status::Resolved)));
    let mut f = fields("no disk");
    (f.status, f.status_label) = (Status::OnHold, Some(text("stalled")));
    let done = kept.keep(vec![told("T1", Some(f), vec![])]);
    assert_eq!((done.conflicts, kept.stage(&mine)), (1, Stage::Conflict));
    assert_eq!(theirs(&kept, &mine).as_deref(), Some("stalled"));
    assert_eq!(kept.ticket().status, Status::Resolved);
    (kept, mine)
}

#[test]
fn two_values_of_one_field_wait_for_the_person_and_mine_goes_over_theirs() {
    let (mut kept, mine) = in_conflict();
    let writer = &mut kept.scene.writer;
    assert!(writer.next_to_send(minute(9)).unwrap().is_empty());
    let e = writer.choose(mine.id, Choice::Both, minute(5)).unwrap_err();
    assert!(matches!(e, StoreError::Refused(_)));
    assert_eq!(
        writer
            .choose(mine.id, Choice::Mine, minute(5))
            .unwrap()
            .done,
        1
    );
    assert_eq!(
        writer
            .choose(mine.id, Choice::Mine, minute(5))
            .unwrap()
            .done,
        0
    );
    assert_eq!(writer.next_to_send(minute(9)).unwrap().len(), 1);
    let out = writer.outgoing(vec![mine.clone()]).unwrap().remove(0);
    assert_eq!(out.base.status, Status::OnHold);
    assert_eq!(theirs(&kept, &mine), None);
    assert_whole(&kept.scene.path());
}

#[test]
fn theirs_stands_when_it_is_chosen() {
    let (mut kept, mine) = in_conflict();
    let done = kept.scene.writer.choose(mine.id, Choice::Theirs, minute(5));
    assert_eq!(done.unwrap().done, 1);
    assert_eq!(kept.stage(&mine), Stage::Withdrawn);
    assert_eq!(kept.ticket().status, Status::OnHold);
    assert_whole(&kept.scene.path());
}

#[test]
fn what_the_desk_has_already_is_confirmed() {
    let (mut kept, mine) = in_conflict();
    let mut f = fields("no disk");
    f.status = Status::Resolved;
    kept.keep(vec![told(
        "T1",
        Some(f),
        vec![moved("r5", 4, "bo", Status::OnHold, Status::Resolved)],
    )]);
    assert_eq!(kept.stage(&mine), Stage::Confirmed);
    assert_eq!(kept.thread().timeline.len(), 1);
    assert_eq!(kept.ticket().waiting, 0);
}

#[rstest]
#[case::both(Choice::Both)]
#[case::theirs(Choice::Theirs)]
fn a_reply_meets_a_colleagues_reply_and_no_text_is_lost(#[case] choice: Choice) {
    let mut kept = Kept::new();
    let id = kept.id("T1");
    let mine = kept.commit(say(1, id, "from me"));
    let done = kept.keep(vec![told("T1", None, vec![said("r1", 5, "bo", None)])]);
    assert_eq!((done.conflicts, theirs(&kept, &mine)), (1, None));
    let entries = vec![said("r1", 5, "bo", Some("from bo"))];
    kept.keep(vec![told("T1", None, entries.clone())]);
    assert_eq!(theirs(&kept, &mine).as_deref(), Some("from bo"));
    let done = kept
        .scene
        .writer
        .choose(mine.id, choice, minute(6))
        .unwrap();
    kept.keep(vec![told("T1", None, entries)]);
    if choice == Choice::Both {
        assert_eq!(kept.stage(&mine), Stage::Waiting);
        assert_eq!(kept.bodies(), ["from bo", "from me"]);
    } else {
        assert_eq!(done.text_back, Some((id, Visibility::Public)));
        assert_eq!(kept.thread().drafts[0].body, "from me");
        assert_eq!(kept.bodies(), ["from bo"]);
    }
}

#[test]
fn what_the_desk_tells_of_a_meeting_at_the_moment_of_sending_is_kept() {
    let mut kept = Kept::new();
    let id = kept.id("T1");
    let mine = kept.commit(change(1, id, Act::Subject { to: text("mine") }));
    let their = told("T1", Some(fields("theirs")), vec![]);
    for _ in 0..2 {
        let writer = &mut kept.scene.writer;
        let asked = writer.asks().unwrap();
        writer.meets(mine.id, &their, asked, now()).unwrap();
        assert_eq!(kept.stage(&mine), Stage::Conflict);
    }
    assert_eq!(theirs(&kept, &mine).as_deref(), Some("theirs"));
    assert_eq!(kept.ticket().subject.raw(), "mine");
    assert_whole(&kept.scene.path());
}

#[test]
fn a_refused_text_can_go_again_or_become_a_draft() {
    let mut kept = Kept::new();
    let id = kept.id("T1");
    let mine = kept.commit(say(1, id, "sent too early"));
    let no = text("no");
    kept.scene.writer.refuse(mine.id, &no, minute(1)).unwrap();
    assert!(kept.bodies().is_empty());
    for _ in 0..2 {
        kept.scene.writer.retry(mine.id, minute(2)).unwrap();
        assert_eq!(kept.bodies(), ["sent too early"]);
        assert_eq!(kept.stage(&mine), Stage::Waiting);
    }
    assert_whole(&kept.scene.path());
    kept.scene.writer.refuse(mine.id, &no, minute(3)).unwrap();
    let done = kept.scene.writer.withdraw(mine.id, minute(4)).unwrap();
    assert_eq!(done.text_back, Some((id, Visibility::Public)));
    assert_eq!(
        kept.scene.writer.withdraw(mine.id, minute(4)).unwrap().done,
        0
    );
    assert_eq!(kept.thread().drafts[0].body, "sent too early");
    assert_whole(&kept.scene.path());
}

#[rstest]
#[case(Gone::Deleted, "was deleted at the desk")]
#[case(Gone::Hidden, "may not be seen any more")]
fn a_ticket_that_is_gone_leaves_what_people_wrote(#[case] gone: Gone, #[case] why: &str) {
    let mut kept = Kept::new();
    let id = kept.id("T1");
    kept.keep(vec![told(
        "T1",
        None,
        vec![said("r1", 1, "jan", Some("zebra"))],
    )]);
    let mine = kept.commit(say(1, id, "half sent"));
    let place = (id, Visibility::Internal);
    let draft = Draft {
        ticket: id,
        visibility: Visibility::Internal,
        body: "begun".into(),
        files: vec![],
        at: now(),
    };
    let texts = vec![];
    let seen = DraftSeen { place, texts };
    kept.scene.writer.save_draft(draft, &seen).unwrap();
    assert_eq!(kept.gone("T1", gone.clone()).tickets, [id]);
    assert!(kept.scene.reader.find(&key("T1")).unwrap().is_none());
    let rows = kept.scene.reader.outbox().unwrap();
    assert_eq!(rows.len(), 2);
    for r in &rows {
        assert_eq!(r.stage, Stage::Refused);
        assert!(r.reason.as_ref().unwrap().raw().contains(why));
    }
    let all = format!("{rows:?}");
    assert!(all.contains("half sent") && all.contains("begun"));
    assert!(kept.scene.reader.drafts().unwrap().is_empty());
    let e = kept.scene.writer.retry(mine.id, minute(10)).unwrap_err();
    assert!(matches!(e, StoreError::Refused(_)));
    kept.scene.writer.withdraw(mine.id, minute(10)).unwrap();
    assert_eq!(kept.gone("T1", gone), KeptPull::default());
}

#[rstest]
#[case::the_other_is_here(true)]
#[case::the_other_comes_later(false)]
fn a_ticket_that_was_merged_lives_on_in_the_other(#[case] here: bool) {
    let mut kept = Kept::new();
    let other = || told("T2", Some(fields("the whole story")), vec![]);
    if here {
        kept.keep(vec![other()]);
    }
    kept.gone("T1", Gone::Merged(key("T2")));
    if !here {
        kept.keep(vec![other()]);
    }
    assert_eq!(kept.ticket().merged_into, Some(kept.id("T2")));
    kept.gone("T1", Gone::Merged(key("T2")));
    // A ticket into which one was merged goes away: that one stands for itself again.
    kept.gone("T2", Gone::Deleted);
    assert_eq!(kept.ticket().merged_into, None);
}

#[test]
fn ties_are_those_that_are_told_and_ours_that_wait() {
    let mut kept = Kept::new();
    kept.keep(vec![
        told("T2", Some(fields("two")), vec![]),
        told("T3", Some(fields("three")), vec![]),
    ]);
    let (id, kind) = (kept.id("T1"), LinkKind::BlockedBy);
    let ours = Act::Link {
        to: kept.id("T3"),
        kind,
    };
    kept.commit(change(1, id, ours));
    let tell = |kept: &mut Kept, keys: &[&str]| {
        let mut t = told("T1", None, vec![]);
        t.links = Some(keys.iter().map(|k| (key(k), kind)).collect());
        kept.keep(vec![t]);
        let mut now: Vec<String> = kept
            .thread()
            .links
            .iter()
            .map(|l| l.key.to_string())
            .collect();
        now.sort();
        now
    };
    assert_eq!(tell(&mut kept, &["T2", "T4"]), ["T2", "T3"]);
    kept.keep(vec![told("T4", Some(fields("four")), vec![])]);
    assert_eq!(kept.thread().links.len(), 3);
    assert_eq!(tell(&mut kept, &[]), ["T3"]);
}

#[test]
fn names_are_told_of_once() {
    let mut kept = Kept::new();
    let names = ToldNames {
        agents: vec![Agent {
            id: agent("bo"),
            name: text("Bo"),
            tenants: vec![],
        }],
        tenants: vec![Tenant {
            id: TenantId::parse("umc").unwrap(),
            name: text("UMC"),
        }],
        workspaces: vec![Workspace {
            name: text("dws-1-One"),
            tenant: None,
        }],
    };
    let mut pulled = pull(vec![]);
    pulled.names = Some(names);
    assert!(kept.keep_at(pulled.clone(), now()).names);
    assert!(!kept.keep_at(pulled, now()).names);
}

#[test]
fn texts_that_are_wanted_first_are_those_the_person_works_on() {
    let mut kept = Kept::new();
    let mut all = Vec::new();
    for n in 2..7 {
        let mut f = fields("x");
        f.created = minute(-600 + n);
        f.assignee = (n == 3).then(|| agent("ana"));
        if n == 6 {
            f.status = Status::Closed;
        }
        let mut t = told(&format!("T{n}"), Some(f), vec![]);
        t.whole = n == 5;
        all.push(t);
    }
    kept.keep(all);
    let id = kept.id("T1");
    kept.commit(say(1, id, "hello"));
    let wanted = |others, most| kept.scene.writer.wanted(others, most).unwrap();
    assert_eq!(wanted(true, 9), ["T1", "T3", "T4", "T2"].map(key));
    assert_eq!(wanted(true, 2), ["T1", "T3"].map(key));
    assert_eq!(wanted(false, 9), ["T1", "T3"].map(key));
}

#[test]
fn what_is_not_here_does_not_go_out() {
    let mut kept = Kept::new();
    kept.keep(vec![told(
        "T1",
        None,
        vec![
            said("r1", 1, "jan", None),
            said("r2", 2, "jan", Some("here")),
        ],
    )]);
    let mut bodies = Vec::new();
    kept.scene
        .reader
        .export(&mut |row| {
            bodies.extend(row.messages.iter().map(|m| m.body.raw().to_owned()));
            assert!(row.beside.is_some() && row.original.is_none() && row.missing == 1);
            true
        })
        .unwrap();
    assert_eq!(bodies, ["here"]);
}

#[test]
fn a_store_of_the_third_version_learns_to_keep_what_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    for sql in [
        include_str!("../../assets/migrations/001_base.sql"),
        include_str!("../../assets/migrations/002_drafts.sql"),
        include_str!("../../assets/migrations/003_narrow.sql"),
        "INSERT INTO message(id,ticket,at,side,visibility,body) VALUES(1,7,1000,1,1,'old'); PRAGMA user_version = 3",
    ] {
        old.execute_batch(sql).unwrap();
    }
    drop(old);
    let mut writer = Writer::open(&path, rules(), now()).unwrap().writer;
    let one = told(
        "T1",
        Some(fields("x")),
        vec![said("r1", 1, "jan", Some("new"))],
    );
    let asked = writer.asks().unwrap();
    writer.keep(&pull(vec![one]), asked, now()).unwrap();
    let reader = Reader::open(&path).unwrap();
    let id = reader.find(&key("T1")).unwrap().unwrap();
    let thread = reader.thread(id).unwrap().unwrap();
    assert_eq!(thread.messages[0].id, MessageId(2));
}
