//! Sync: the pure rules one by one, and what must hold whatever goes wrong.

mod book;
mod choking;
mod escalating;
mod laws;
mod model;
mod play;
mod rules;
mod shelving;
