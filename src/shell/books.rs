//! What knowledge, requests and registers wish, carried out.

use crate::app::books::{BookNews, BookWish};
use crate::store::{Reader, StoreError};

/// Carries out what only reads.
///
/// # Errors
/// As the store's reads.
pub fn read(reader: &Reader, wish: BookWish) -> Result<BookNews, StoreError> {
    match wish {
        BookWish::Articles => reader.articles().map(BookNews::Articles),
    }
}
