//! What every desk promises, and what Request Tracker does in particular.

mod rt;
