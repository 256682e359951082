//! Pane 6, the choice of a conflict, and how the top line says what is wrong.

use chrono::Duration;
use deskhand::app::State;
use deskhand::app::state::{Conflict, Overlay, Pane};
use deskhand::domain::change::{Act, BatchId, Change, ChangeId, OutboxRow, Stage};
use deskhand::domain::people::AgentId;
use deskhand::domain::text::{Untrusted, line};
use deskhand::domain::thread::{MessageId, Visibility};
use deskhand::domain::ticket::{Priority, Status, TicketId, TicketKey};
use uuid::Uuid;

use super::scene::{busy, now};
use super::{picture, shows, text, theme};

fn row(n: i64, minutes: i64, stage: Stage, act: Act) -> OutboxRow {
    OutboxRow {
        change: Change {
            id: ChangeId(Uuid::from_u64_pair(1, n.unsigned_abs())),
            batch: BatchId(Uuid::nil()),
            ticket: TicketId(n),
            at: now() - Duration::minutes(minutes),
            by: AgentId::parse("ana").unwrap(),
            base: 1,
            not_before: None,
            act,
        },
        stage,
        key: TicketKey::parse(&n.to_string()).unwrap(),
        subject: Untrusted::new("Cannot open dws-3049-AUBioLab after the resize"),
        reason: None,
        theirs: None,
    }
}

fn say(visibility: Visibility, body: &str) -> Act {
    Act::Say {
        message: MessageId(1),
        visibility,
        body: Untrusted::new(body),
        attachments: Vec::new(),
    }
}

/// An outbox with a change of each stage; the cursor is on the one that was refused.
fn all_stages(width: u16, height: u16) -> State {
    let mut state = busy(width, height);
    state.pane = Pane::Outbox;
    let to = Status::Pending;
    let mut rows = vec![
        row(
            10490,
            1,
            Stage::Waiting,
            say(Visibility::Public, "Could you send us the steps?"),
        ),
        row(
            10377,
            2,
            Stage::Waiting,
            Act::AddLabel {
                label: "vpn".into(),
            },
        ),
        row(
            10465,
            3,
            Stage::InFlight,
            Act::Priority {
                to: Some(Priority::P2),
            },
        ),
        row(
            10301,
            8,
            Stage::Refused,
            say(
                Visibility::Public,
                "Done. Please try again, and tell us what it says.",
            ),
        ),
        row(10482, 40, Stage::Conflict, Act::Status { to }),
        row(
            10399,
            60,
            Stage::Confirmed,
            Act::Assign {
                to: AgentId::parse("ana").ok(),
            },
        ),
        row(
            10398,
            90,
            Stage::Withdrawn,
            say(Visibility::Internal, "Asked the vendor."),
        ),
    ];
    rows[0].change.not_before = Some(now() + Duration::seconds(7));
    rows[3].reason = Some(Untrusted::new(
        "Permission denied: you may not reply in the queue \"Cardio intake\"; ask whoever keeps the desk for the right ReplyToTicket, then send it again",
    ));
    rows[4].theirs = Some(Untrusted::new("resolved"));
    state.outbox.take(rows);
    let words = |r: &OutboxRow| match &r.change.act {
        Act::Say {
            visibility, body, ..
        } => line(&format!("{}: \"{}\"", visibility.word(), body.line())),
        other => line(other.field()),
    };
    state.outbox.words = state.outbox.rows.iter().map(words).collect();
    state.outbox.loaded = true;
    state.outbox.cursor = 1;
    state.freshness.outbox = 5;
    state.freshness.stuck = 2;
    state
}

#[test]
fn the_outbox_with_a_change_of_each_stage() {
    shows("outbox-160x48", &all_stages(160, 48), 160, 48);
    shows("outbox-80x24", &all_stages(80, 24), 80, 24);
}

fn conflict(says: bool) -> Conflict {
    let both = |theirs: &str, mine: &str| {
        let lines = |t: &str| t.lines().map(line).collect();
        (lines(theirs), lines(mine))
    };
    let (theirs, mine) = if says {
        both(
            "Dear Jan,\n\nThe resize is through. Please log out and in again, and tell us if the drive is still missing after that.\n\nBo",
            "Dear Jan,\n\nWe have asked the vendor and will be back tomorrow before ten.\n\nAna",
        )
    } else {
        both("resolved", "status pending")
    };
    Conflict {
        change: ChangeId(Uuid::nil()),
        title: line(if says {
            "#10482 public reply: two changes"
        } else {
            "#10482 status: two changes"
        }),
        subject: line("Cannot open dws-3049-AUBioLab after the resize"),
        theirs,
        mine,
        says,
        scroll: 0,
    }
}

#[test]
fn a_conflict_shows_both_and_what_each_choice_does() {
    for (name, says, width, height) in [
        ("conflict-field-80x24", false, 80, 24),
        ("conflict-reply-160x48", true, 160, 48),
        ("conflict-reply-80x24", true, 80, 24),
    ] {
        let mut state = all_stages(width, height);
        state.overlays = vec![Overlay::Conflict(conflict(says))];
        shows(name, &state, width, height);
    }
}

#[test]
fn a_long_conflict_can_be_read_to_its_end_at_every_size() {
    for (width, height) in [(60, 16), (80, 24), (160, 48)] {
        let mut c = conflict(true);
        c.theirs = (0..80)
            .map(|n| line(&format!("their line {n} of eighty")))
            .collect();
        c.mine = vec![line("my last word")];
        let mut seen = String::new();
        for scroll in (0..90).step_by(4) {
            c.scroll = scroll;
            let mut state = all_stages(width, height);
            state.overlays = vec![Overlay::Conflict(c.clone())];
            let shown = text(&picture(&state, &theme("none"), width, height));
            assert!(shown.contains("Esc  decide later"), "{shown}");
            assert!(shown.contains("yours becomes a draft"), "{shown}");
            seen.push_str(&shown);
        }
        for words in ["their line 0 ", "their line 79 ", "my last word"] {
            assert!(seen.contains(words), "{words} at {width}x{height}");
        }
    }
}

fn top_line(state: &State, width: u16) -> String {
    let shown = text(&picture(state, &theme("none"), width, 24));
    shown.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_top_line_says_how_we_stand_with_the_desk_at_every_width() {
    for width in [80, 100, 160] {
        let mut state = all_stages(width, 24);
        state.freshness.progress = Some((12_000, 50_280));
        let shown = top_line(&state, width);
        assert!(
            shown.contains("syncing 12 000 of 50 280"),
            "{width}: {shown}"
        );
        state.freshness.trouble = Some(line(
            "the desk cannot be reached since 11:02; changes wait here and go when it is back",
        ));
        state.freshness.offline = true;
        state.freshness.synced = Some(now() - Duration::minutes(40));
        state.freshness.next = Some(now() + Duration::minutes(1));
        let shown = top_line(&state, width);
        for words in ["since 11:02", "outbox 2 stuck", "All open", "11:42"] {
            assert!(shown.contains(words), "{width}: {words}: {shown}");
        }
        let word = if width >= 160 {
            "! the desk cannot be reached"
        } else {
            "! offline"
        };
        assert!(shown.contains(word), "{width}: {shown}");
        assert_eq!(shown.contains("again 11:43"), width >= 160, "{shown}");
        state.freshness.offline = false;
        state.freshness.trouble = Some(line("the desk refuses our sign-in (no); connect again"));
        assert!(
            top_line(&state, width).contains("! the desk refuses our"),
            "{width}"
        );
        // The pane has room for the whole sentence.
        state.freshness.trouble = Some(line("the desk is away"));
        assert!(
            text(&picture(&state, &theme("none"), width, 24)).contains("Outbox · the desk is away")
        );
    }
}

#[test]
fn a_row_whose_change_is_stuck_has_a_sign_and_a_word_of_its_own() {
    for width in [80, 120, 160] {
        let mut state = busy(width, 24);
        let ids: Vec<_> = state
            .queue
            .rows
            .iter()
            .take(2)
            .map(|r| r.ticket.id)
            .collect();
        state.outbox.stuck = [(ids[0], Stage::Refused), (ids[1], Stage::Conflict)].into();
        let shown = text(&picture(&state, &theme("none"), width, 24));
        let line = |n: usize| shown.lines().nth(n).unwrap_or_default().to_owned();
        assert!(
            line(2).contains('✗') && line(2).contains("(refused)"),
            "{}",
            line(2)
        );
        assert!(
            line(3).contains('≠') && line(3).contains("(conflict)"),
            "{}",
            line(3)
        );
    }
}
