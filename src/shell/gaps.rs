//! What the store's face does not say yet.

use crate::domain::text::Untrusted;
use crate::domain::thread::AttachmentId;
use crate::store::{Reader, StoreError, Writer};

/// Changes the desk has not confirmed, and how many of them wait for the person.
pub fn outbox_counts(writer: &Writer) -> (u64, u64) {
    let _ = writer;
    (0, 0)
}

/// An attachment's name and bytes.
pub fn attachment_file(
    reader: &Reader,
    id: AttachmentId,
) -> Result<Option<(Untrusted, Vec<u8>)>, StoreError> {
    let bytes = reader.attachment(id)?;
    Ok(bytes.map(|b| (Untrusted::new(format!("attachment-{}", id.0)), b)))
}
