//! A desk's own due instants beside ours, and clocks that go to a third party and come back.

use deskhand::domain::Instant;
use deskhand::domain::remote::{Entry, Happened, RemoteId};
use deskhand::domain::sla::{
    Beside, Owner, Policy, Rule, Target, TheirDue, Trust, What, Whose, clocks,
};
use deskhand::domain::ticket::{Due, Status, Ticket};
use deskhand::store::Rules;

use super::remote::{Kept, by, fields, minute, told};
use super::scene::{Scene, asker, rules};
use super::sound::assert_whole;

fn trusting(trust: Trust) -> Rules {
    let mut rules = rules();
    rules.policy.trust = trust;
    rules
}

/// A store whose settings say whom to trust, with one ticket that the desk calls due then.
fn kept(trust: Trust, due: Option<Instant>) -> Kept {
    let mut kept = Kept::new();
    kept.scene.writer.set_rules(trusting(trust)).unwrap();
    say(&mut kept, due);
    kept
}

fn say(kept: &mut Kept, due: Option<Instant>) -> usize {
    let mut f = fields("no disk");
    let target = Target::Resolution;
    f.due = due.map(|at| TheirDue { target, at }).into_iter().collect();
    kept.keep(vec![told("T1", Some(f), vec![])]).tickets.len()
}

fn resolution(at: Instant) -> Due {
    let target = Target::Resolution;
    Due::Running { target, at }
}

/// In our view it is due three working days after Monday 08:42 in UTC.
fn ours() -> Due {
    let kept = kept(Trust::Ours, None);
    let due = kept.ticket().due;
    assert!(matches!(due, Due::Running { .. }), "{due:?}");
    due
}

fn beside(t: &Ticket) -> (Due, Whose, Option<Due>) {
    (t.due, t.beside.whose, t.beside.other)
}

#[test]
fn whom_the_settings_trust_says_when_it_is_due() {
    let (soon, late) = (minute(30), minute(60 * 24 * 30));
    let ours = ours();
    for (trust, theirs, expected) in [
        (Trust::Ours, Some(soon), (ours, Whose::Ours, None)),
        (
            Trust::Theirs,
            Some(soon),
            (resolution(soon), Whose::Theirs, None),
        ),
        (
            Trust::Theirs,
            Some(late),
            (resolution(late), Whose::Theirs, None),
        ),
        (Trust::Theirs, None, (ours, Whose::Ours, None)),
        (
            Trust::Both,
            Some(soon),
            (resolution(soon), Whose::Theirs, Some(ours)),
        ),
        (
            Trust::Both,
            Some(late),
            (ours, Whose::Ours, Some(resolution(late))),
        ),
        (Trust::Both, None, (ours, Whose::Ours, None)),
    ] {
        let kept = kept(trust, theirs);
        assert_eq!(beside(&kept.ticket()), expected, "{trust:?} {theirs:?}");
    }
}

#[test]
fn another_instant_of_theirs_moves_the_ticket_and_the_same_is_no_change() {
    let mut kept = kept(Trust::Theirs, Some(minute(30)));
    assert_eq!(say(&mut kept, Some(minute(30))), 0);
    assert_eq!(say(&mut kept, Some(minute(50))), 1);
    assert_eq!(kept.ticket().due, resolution(minute(50)));
    assert_eq!(say(&mut kept, None), 1);
    assert_eq!(beside(&kept.ticket()), (ours(), Whose::Ours, None));
}

#[test]
fn other_trust_is_taken_in_with_the_next_count() {
    let mut kept = kept(Trust::Ours, Some(minute(30)));
    assert!(
        kept.scene
            .writer
            .set_rules(trusting(Trust::Theirs))
            .unwrap()
    );
    let done = kept.scene.writer.recompute_due(None).unwrap();
    assert_eq!(done.next, None);
    assert_eq!(kept.ticket().due, resolution(minute(30)));
    let first = kept
        .scene
        .reader
        .next_urgent(&asker(), &[])
        .unwrap()
        .unwrap();
    assert_eq!(beside(&first.ticket).1, Whose::Theirs);
}

#[test]
fn a_done_ticket_is_not_due_whatever_the_desk_keeps() {
    let mut kept = kept(Trust::Both, Some(minute(30)));
    let mut f = fields("no disk");
    f.status = Status::Resolved;
    let (target, at) = (Target::Resolution, minute(30));
    f.due = vec![TheirDue { target, at }];
    kept.keep(vec![told("T1", Some(f), vec![])]);
    let t = kept.ticket();
    assert_eq!((t.due, t.beside), (Due::None, Beside::default()));
}

fn owner(remote: &str, at: i64, to: Owner) -> Entry {
    Entry {
        remote: RemoteId(remote.into()),
        at: minute(at),
        by: by("bo"),
        what: Happened::Owner { to },
    }
}

/// Told in any order and twice, the clocks change hands as it happened.
#[test]
fn a_told_escalation_gives_the_clock_away_and_back() {
    let mut kept = Kept::new();
    let (away, back) = (
        owner("h/1", -240, Owner::Vendor),
        owner("h/2", -180, Owner::Team),
    );
    kept.keep(vec![told("T1", None, vec![back.clone()])]);
    kept.keep(vec![told("T1", None, vec![away.clone(), back])]);
    assert!(
        kept.keep(vec![told("T1", None, vec![away])])
            .tickets
            .is_empty()
    );
    let history = kept.scene.reader.history(kept.id("T1")).unwrap().unwrap();
    let moved: Vec<What> = history.events.iter().map(|e| e.what).collect();
    assert_eq!(
        moved,
        [What::Owner(Owner::Vendor), What::Owner(Owner::Team)]
    );
    assert_eq!(history.first_status, Status::Open);
    let mut policy = Policy::empty("test");
    policy.rules = vec![Rule::new(Target::Resolution, "8 h".parse().unwrap())];
    let all = clocks(
        &history.as_history(),
        &policy,
        &rules().calendar,
        minute(-120),
    );
    let clock = all.first().unwrap();
    // From 15:42 to 16:42 in Amsterdam, where the desk is open.
    assert_eq!((clock.owner, clock.elapsed_vendor), (Owner::Team, 3600));
    let with_vendor = clocks(
        &history.as_history(),
        &policy,
        &rules().calendar,
        minute(-200),
    );
    assert_eq!(with_vendor.first().unwrap().owner, Owner::Vendor);
    let trail = kept.thread().timeline;
    let told: Vec<_> = trail
        .iter()
        .map(|e| (e.field.as_str(), e.new.as_ref().unwrap().raw()))
        .collect();
    assert_eq!(told, [("clock", "vendor"), ("clock", "team")]);
}

/// A pass that was broken off is begun again, also when the rules are what they were before it.
#[test]
fn rules_that_change_back_in_the_middle_are_counted_again() {
    let mut scene = Scene::with(4000);
    let mut other = rules();
    other.policy.rules.truncate(1);
    assert!(scene.writer.set_rules(other).unwrap());
    let first = scene.writer.recompute_due(None).unwrap();
    assert!(first.next.is_some(), "there is more than a step");
    assert!(
        scene.writer.set_rules(rules()).unwrap(),
        "part of it is by other rules"
    );
    let mut from = None;
    while let Some(next) = scene.writer.recompute_due(from).unwrap().next {
        from = Some(next);
    }
    assert!(!scene.writer.set_rules(rules()).unwrap());
    assert_whole(&scene.path());
}
