//! Sync: the pure rules one by one, and what must hold whatever goes wrong.

mod laws;
mod model;
mod rules;
