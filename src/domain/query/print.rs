//! Writing a query.
