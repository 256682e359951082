//! User stories on the real loop: a virtual terminal, a real store, a clock that stands
//! still. Keys in, `settle()`, screen out. Nothing here sleeps.

mod absences;
mod ahead;
mod books;
mod desks;
mod escalating;
mod fetching;
mod harness;
mod holidays;
mod monkey;
mod parts;
mod places;
mod plans;
mod reports;
mod shelf;
mod stories;
