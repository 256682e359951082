//! What absences and coverage wish, carried out.

use crate::app::cover::{CoverNews, CoverWish};
use crate::store::{Reader, StoreError};

/// Carries out what only reads.
///
/// # Errors
/// As the store's reads.
pub fn read(reader: &Reader, wish: CoverWish) -> Result<CoverNews, StoreError> {
    match wish {
        CoverWish::Absences => reader.absences().map(CoverNews::Absences),
    }
}
