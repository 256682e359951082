//! Laws that hold for any series of acts on a small desk.

use deskhand::domain::list::{Anchor, Count, Sort};
use deskhand::domain::query::Query;
use deskhand::domain::thread::Thread;
use deskhand::domain::ticket::{Due, TicketId, Turn};
use proptest::collection::vec;
use proptest::prelude::*;

use super::acts::{any_op, own_op, sent_op};
use super::play::Play;
use super::scene::asker;
use super::sound::{assert_sound, assert_whole};
use super::{all, fitting, listed};

/// Filters whose lists and counts are held against their plain meaning.
const FILTERS: &[&str] = &[
    "",
    "is:live -is:snoozed",
    "is:snoozed",
    "-is:snoozed",
    "is:live assignee:me",
    "is:unassigned",
    "assignee:bo,none",
    "status:resolved,closed",
    "status:open turn:ours",
    "is:waiting -is:snoozed",
    "is:merged",
    "is:merged is:live",
    "is:merged is:snoozed",
    "-is:merged -is:live",
    "tenant:umc,none",
    "kind:problem,question",
    "label:vpn",
    "label:vpn,odd",
    "p:1,none",
    "ws:dws-1",
    "due<8h",
    "is:late",
    "due:paused",
    "is:unsent",
    "is:unread is:live",
];

fn assert_lists_mean_what_they_say(play: &Play) {
    let tickets = all(&play.reader);
    for text in FILTERS {
        let query = Query::parse(text).unwrap();
        let merged = text.contains("is:merged") && !text.contains("-is:merged");
        let want = fitting(&tickets, &query, merged);
        for (sort, _) in Sort::ALL {
            let mut got = listed(&play.reader, &query, *sort, Anchor::First);
            got.sort();
            assert_eq!(got, want, "{text} by {sort:?}");
        }
        let counts = play
            .reader
            .counts(std::slice::from_ref(&query), &asker())
            .unwrap();
        assert_eq!(counts, [Count::Exact(want.len() as u64)], "{text}");
    }
}

fn threads(play: &Play) -> Vec<Thread> {
    let read = |id| play.reader.thread(id).unwrap().unwrap();
    play.ids().into_iter().map(read).collect()
}

/// The same without what is being written and whether it was seen.
fn without_drafts(play: &Play) -> Vec<Thread> {
    let mut out = threads(play);
    for t in &mut out {
        t.drafts.clear();
        t.ticket.draft = false;
        t.ticket.unread = false;
        t.ticket.changed = false;
    }
    out
}

/// Tickets' fields and what hangs on them, without instants and numbers that tell how
/// often something was changed, and without `sent`: texts that cannot come back.
fn meaning(play: &Play, sent: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    for t in threads(play) {
        let f = &t.ticket;
        let said = t.messages.iter().map(|m| m.body.raw());
        let said: Vec<&str> = said
            .filter(|body| !sent.iter().any(|s| s == body))
            .collect();
        let mut ties: Vec<_> = t
            .links
            .iter()
            .map(|l| (l.to, format!("{:?}", l.kind), l.incoming))
            .collect();
        ties.sort();
        out.push(format!(
            "{:?} {} {} {:?} {:?} {:?} {} {:?} {:?} merged {:?} {said:?} {ties:?}",
            f.id,
            f.subject.raw(),
            f.status,
            f.priority,
            f.assignee,
            f.labels,
            f.kind,
            f.tenant,
            f.workspace,
            f.merged_into
        ));
    }
    out
}

/// Whose turn it is and when it is due, where nothing was sent that cannot come back.
fn clocks(play: &Play, unlike: &[String]) -> Vec<(TicketId, Turn, Due)> {
    threads(play)
        .iter()
        .filter(|t| !unlike.contains(&t.ticket.key.to_string()))
        .map(|t| (t.ticket.id, t.ticket.turn, t.ticket.due))
        .collect()
}

/// Texts that were written and not sent: where they are, each once.
fn texts(play: &Play) -> Vec<String> {
    let mut out = Vec::new();
    for t in threads(play) {
        let drafts = t
            .drafts
            .iter()
            .flat_map(|d| d.body.split("\n\n").map(str::to_owned));
        let open = t
            .messages
            .iter()
            .filter(|m| m.ticket == t.ticket.id && m.waiting);
        out.extend(drafts.chain(open.map(|m| m.body.raw().to_owned())));
    }
    out.retain(|text| !play.bulk.contains(text));
    out.sort();
    out
}

/// A failure is told with its shortest series; no file is left behind.
fn config() -> ProptestConfig {
    let wished = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok());
    ProptestConfig {
        cases: wished.unwrap_or(60),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Compares ticket by ticket, so that a failure shows the one that differs.
fn assert_same<T: std::fmt::Debug + PartialEq>(got: &[T], want: &[T]) {
    for (got, want) in got.iter().zip(want) {
        assert_eq!(got, want);
    }
    assert_eq!(got.len(), want.len(), "tickets");
}

/// Every text is there, once. A draft that was written over after a merge comes home with the
/// merge's undo: a leftover is better than a loss.
fn assert_kept(got: &[String], want: &[String]) {
    let mut more = got.to_vec();
    for text in want {
        let at = more.iter().position(|t| t == text);
        more.remove(at.unwrap_or_else(|| panic!("{text} is lost: {got:?}, was {want:?}")));
    }
    let over = |t: &String| t.starts_with("draft") && !want.contains(t);
    assert!(more.iter().all(over), "{got:?}, was {want:?}");
}

proptest! {
    #![proptest_config(config())]

    /// Counters, shelves, sort keys, labels, words, bases and the outbox say the same after
    /// every step of any series, and lists are what filters mean at its end.
    #[test]
    fn after_every_step_the_store_agrees_with_itself(ops in vec(any_op(), 1..24)) {
        let mut play = Play::new();
        for op in &ops {
            play.step(op);
            assert_sound(&play.side);
        }
        assert_lists_mean_what_they_say(&play);
        assert_whole(&play.path);
    }

    /// What has not left the house is taken back without a trace: fields, conversations,
    /// timelines and ties are as they were, to the letter.
    #[test]
    fn an_undo_of_everything_unsent_leaves_everything_as_it_was(ops in vec(own_op(), 1..16)) {
        let mut play = Play::new();
        let before = without_drafts(&play);
        for op in &ops {
            play.step(op);
        }
        play.undo_all();
        assert_same(&without_drafts(&play), &before);
        assert_sound(&play.side);
    }

    /// What has left the house is taken back by its opposite. Replies that are out stay
    /// out; all else is as it was, the clocks too.
    #[test]
    fn an_undo_of_everything_sent_means_what_it_meant_before(ops in vec(sent_op(), 1..16)) {
        let mut play = Play::new();
        let (before, fresh) = (meaning(&play, &[]), Play::new());
        for op in &ops {
            play.step(op);
        }
        play.confirm_all();
        play.undo_all();
        play.confirm_all();
        let (sent, on) = play.sent();
        assert_same(&meaning(&play, &sent), &before);
        assert_same(&clocks(&play, &on), &clocks(&fresh, &on));
        assert_sound(&play.side);
    }

    /// The desk does not take the opposite: all is as it was before the undo, the clocks too.
    #[test]
    fn an_undo_that_the_desk_refuses_changes_nothing(ops in vec(sent_op(), 1..16)) {
        let mut play = Play::new();
        for op in &ops {
            play.step(op);
        }
        play.confirm_all();
        let (before, ran) = (meaning(&play, &[]), clocks(&play, &[]));
        play.undo();
        // A ticket that went with its split does not come back by itself.
        if play.refuse_all() {
            assert_same(&meaning(&play, &[]), &before);
            assert_same(&clocks(&play, &[]), &ran);
        }
        assert_sound(&play.side);
    }

    /// Taken back and done again, it means the same, and no text is lost or there twice.
    #[test]
    fn a_redo_after_an_undo_means_the_same(ops in vec(sent_op(), 1..16), times in 1..4_usize) {
        let mut play = Play::new();
        for op in &ops {
            play.step(op);
        }
        let (before, written) = (meaning(&play, &[]), texts(&play));
        let back = (0..times).filter(|_| play.undo()).count();
        assert_kept(&texts(&play), &written);
        for _ in 0..back {
            play.redo();
        }
        assert_same(&meaning(&play, &[]), &before);
        assert_kept(&texts(&play), &written);
        assert_sound(&play.side);
    }
}
