//! What the form of a report wishes, carried out.

use crate::app::reports::{ReportNews, ReportWish};
use crate::store::{Reader, StoreError};

/// Carries out what only reads.
///
/// # Errors
/// As the store's reads.
pub fn read(reader: &Reader, wish: ReportWish) -> Result<ReportNews, StoreError> {
    match wish {
        ReportWish::Load(ticket) => {
            let found = reader.report(ticket)?;
            Ok(ReportNews::Loaded(found.map(Box::new)))
        }
    }
}
