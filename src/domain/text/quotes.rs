//! Which part of a mail its writer wrote, and which is quoted or a signature.

/// What a part of a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentKind {
    /// Written by the sender.
    Own,
    /// Repeated from an earlier mail.
    Quoted,
    /// What the sender's program puts below.
    Signature,
}

/// A stretch of lines of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// What it is.
    pub kind: SegmentKind,
    /// The lines, as they came, without the last line's end.
    pub text: String,
    /// How many lines it has.
    pub lines: usize,
}

/// Splits a plain text body; the segments together have all its lines in order.
pub fn fold_quotes(body: &str) -> Vec<Segment> {
    vec![Segment {
        kind: SegmentKind::Own,
        text: body.to_owned(),
        lines: body.lines().count(),
    }]
}
