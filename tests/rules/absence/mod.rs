//! Planned absences: tables for what people know by heart, laws for everything else.

mod calendars;
mod coverage;
mod laws;
mod roster;
mod series;
mod sharing;
mod simulation;
mod speed;
mod swaps;
mod tables;
mod world;

/// How many cases a law tries: `DESKHAND_LAW_CASES`, 3,000 without it.
pub fn cases() -> u32 {
    std::env::var("DESKHAND_LAW_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(3_000)
}
