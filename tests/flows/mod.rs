//! User stories on the real loop: a virtual terminal, a real store, a clock that stands
//! still. Keys in, `settle()`, screen out. Nothing here sleeps.

mod ahead;
mod desks;
mod fetching;
mod harness;
mod holidays;
mod monkey;
mod parts;
mod places;
mod plans;
mod stories;
