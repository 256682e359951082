//! What knowledge, requests and registers wish of the outside, and what comes back.

use crate::domain::knowledge::Article;

use super::event::Fault;

/// A wish.
#[derive(Debug, Clone, PartialEq)]
pub enum BookWish {
    /// All articles.
    Articles,
}

impl BookWish {
    /// It reads only.
    pub const fn reads(&self) -> bool {
        matches!(self, Self::Articles)
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum BookNews {
    /// All articles.
    Articles(Vec<Article>),
    /// It could not be done.
    Failed(Fault),
}
