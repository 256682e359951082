//! What can be done on a desk, as values, so that series of it can be drawn.

use deskhand::domain::change::LinkKind;
use deskhand::domain::conflict::Choice;
use deskhand::domain::ticket::{Kind, Priority, Status};
use proptest::prelude::*;

/// Tickets are chosen by a number that is taken modulo how many there are.
pub type At = usize;

/// What is done to one ticket.
#[derive(Debug, Clone)]
pub enum Deed {
    Status(Status),
    Priority(Option<Priority>),
    Assign(Option<u8>),
    Snooze(Option<i64>),
    Add(u8),
    Remove(u8),
    Subject(u8),
    Kind(Kind),
    Tenant(Option<u8>),
    Workspace(Option<u8>),
    Say(bool),
    Link(At, LinkKind),
    Unlink(At, LinkKind),
    Merge(At),
    Split(usize),
}

/// One call of the store.
#[derive(Debug, Clone)]
pub enum Op {
    Do(Vec<(At, Deed)>),
    DoAs(&'static str, At, Deed),
    Draft(At),
    Send(At),
    Create,
    Undo,
    Redo,
    InFlight(At),
    Later(At),
    Confirm(At),
    Refuse(At),
    Import(u64, u8),
    /// A desk over a network tells of one of its tickets, in one of its versions.
    Keep(u64, u8),
    Received(At),
    Choose(At, Choice),
    Retry(At),
    Withdraw(At),
    Wake(i64),
    Read(At),
    Unread(At),
}

fn link_kind() -> impl Strategy<Value = LinkKind> {
    prop_oneof![Just(LinkKind::Related), Just(LinkKind::BlockedBy)]
}

fn choice() -> impl Strategy<Value = Choice> {
    proptest::sample::select(vec![Choice::Mine, Choice::Theirs, Choice::Both])
}

/// Any deed; merges and splits are not rare.
pub fn deed() -> impl Strategy<Value = Deed> {
    let small = || 0..3_u8;
    let maybe = || proptest::option::of(0..3_u8);
    let at = || 0..20_usize;
    prop_oneof![
        2 => proptest::sample::select(Status::ALL).prop_map(Deed::Status),
        1 => proptest::option::of(proptest::sample::select(Priority::ALL)).prop_map(Deed::Priority),
        1 => maybe().prop_map(Deed::Assign),
        2 => proptest::option::of(-2..30_i64).prop_map(Deed::Snooze),
        2 => small().prop_map(Deed::Add),
        1 => small().prop_map(Deed::Remove),
        1 => small().prop_map(Deed::Subject),
        1 => proptest::sample::select(Kind::ALL).prop_map(Deed::Kind),
        1 => maybe().prop_map(Deed::Tenant),
        1 => maybe().prop_map(Deed::Workspace),
        2 => any::<bool>().prop_map(Deed::Say),
        1 => (at(), link_kind()).prop_map(|(o, k)| Deed::Link(o, k)),
        1 => (at(), link_kind()).prop_map(|(o, k)| Deed::Unlink(o, k)),
        3 => at().prop_map(Deed::Merge),
        3 => (0..3_usize).prop_map(Deed::Split),
    ]
}

/// What one person does who is not disturbed by a desk or by others.
pub fn own_op() -> impl Strategy<Value = Op> {
    let at = || 0..20_usize;
    prop_oneof![
        6 => proptest::collection::vec((at(), deed()), 1..4).prop_map(Op::Do),
        1 => at().prop_map(Op::Draft),
        1 => at().prop_map(Op::Send),
        2 => Just(Op::Undo),
        2 => Just(Op::Redo),
        1 => at().prop_map(Op::Read),
        1 => at().prop_map(Op::Unread),
    ]
}

/// The same, with a desk that takes what it is sent.
pub fn sent_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => own_op(),
        2 => (0..4_usize).prop_map(Op::Confirm),
        1 => (0..4_usize).prop_map(Op::InFlight),
        1 => (0..4_usize).prop_map(Op::Later),
    ]
}

/// Anything that can happen.
pub fn any_op() -> impl Strategy<Value = Op> {
    let at = || 0..20_usize;
    prop_oneof![
        8 => sent_op(),
        1 => (prop_oneof![Just("bo"), Just("cem")], at(), deed()).prop_map(|(who, t, d)| Op::DoAs(who, t, d)),
        1 => Just(Op::Create),
        1 => (0..4_usize).prop_map(Op::Refuse),
        1 => (0..15_u64, 0..3_u8).prop_map(|(i, v)| Op::Import(i, v)),
        2 => (0..4_u64, 0..7_u8).prop_map(|(i, v)| Op::Keep(i, v)),
        1 => (0..4_usize).prop_map(Op::Received),
        1 => (0..4_usize, choice()).prop_map(|(n, c)| Op::Choose(n, c)),
        1 => (0..4_usize).prop_map(Op::Retry),
        1 => (0..4_usize).prop_map(Op::Withdraw),
        1 => (0..40_i64).prop_map(Op::Wake),
    ]
}
