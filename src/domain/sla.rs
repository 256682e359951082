//! Targets, clocks and due instants.

/// A promise that is measured.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The first public answer.
    FirstResponse,
    /// The answer to the requester's latest word.
    NextResponse,
    /// The solution.
    Resolution,
}
