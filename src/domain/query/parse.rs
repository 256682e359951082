//! Reading a query.

use super::{Query, QueryError, Term, Test, Text};

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// Points at the word that is wrong and names the nearest right one.
    pub fn parse(input: &str) -> Result<Self, QueryError> {
        let terms = input
            .split_whitespace()
            .filter_map(Text::word)
            .map(|t| Term {
                negated: false,
                test: Test::Text(t),
            })
            .collect();
        Ok(Self { terms })
    }

    /// Reads plain words to find, none of them as a field.
    pub fn text(input: &str) -> Self {
        let terms = input
            .split_whitespace()
            .filter_map(Text::word)
            .map(|t| Term {
                negated: false,
                test: Test::Text(t),
            })
            .collect();
        Self { terms }
    }
}
