//! The one table of what a person can do. Help, footer, palette, completion, the key
//! check and the README's key table are drawn from it.

/// What a person means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// One row down.
    Down,
    /// One row up.
    Up,
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// Half a page down.
    HalfDown,
    /// Half a page up.
    HalfUp,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// Open what is under the cursor.
    Open,
    /// Back one step.
    Back,
    /// Close this view; at the root, quit.
    Close,
    /// Quit at once, asking where something would be left behind.
    Quit,
    /// The keys of this pane.
    Help,
    /// Find over everything, or in this text.
    Find,
    /// The next match.
    FindNext,
    /// The match before.
    FindPrevious,
    /// Narrow the list.
    Filter,
    /// The command line.
    CommandLine,
    /// The palette.
    Palette,
    /// The next pane.
    NextPane,
    /// The pane before.
    PreviousPane,
    /// The queue.
    GoQueue,
    /// What falls due.
    GoSla,
    /// The ticket.
    GoDetail,
    /// The outbox.
    GoOutbox,
    /// The audit trail.
    GoAudit,
    /// The next view.
    NextView,
    /// The view before.
    PreviousView,
    /// A view by name, or saves or deletes one.
    View,
    /// The next ticket while reading.
    NextTicket,
    /// The ticket before while reading.
    PreviousTicket,
    /// The next most urgent ticket I may work on.
    NextUrgent,
    /// Mark and step.
    Mark,
    /// Begin or end a range.
    Range,
    /// Mark all in view.
    MarkAll,
    /// Public reply.
    Reply,
    /// Internal note.
    Note,
    /// Take it.
    Take,
    /// Assign to.
    Assign,
    /// Release.
    Release,
    /// Set the status.
    Status,
    /// Set the priority.
    Priority,
    /// Labels on and off.
    Labels,
    /// Snooze.
    Snooze,
    /// Resolve or close, through the gate.
    Resolve,
    /// Merge, link, split.
    Merge,
    /// Tie to another ticket.
    Link,
    /// Split off messages.
    Split,
    /// Edit fields.
    Edit,
    /// The person's own editor.
    Editor,
    /// Macros.
    Macro,
    /// Public or internal.
    ToggleVisibility,
    /// Put in the outbox.
    Send,
    /// Undo.
    Undo,
    /// Redo.
    Redo,
    /// Mark unread.
    Unread,
    /// Copy the number.
    CopyKey,
    /// Copy the link.
    CopyLink,
    /// Open in the browser.
    Browser,
    /// Save the attachment.
    SaveAttachment,
    /// Refresh this pane.
    Refresh,
    /// Sync now.
    Sync,
    /// Zoom, or back.
    Zoom,
    /// Back to all panes.
    Unzoom,
    /// Why.
    Why,
    /// The order of the list.
    Sort,
    /// Conversation or timeline.
    Timeline,
    /// Fold or unfold quoted text.
    Quotes,
}

/// Where a key or command means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// The list.
    Queue,
    /// One ticket.
    Detail,
    /// What falls due.
    Sla,
    /// Changes on their way.
    Outbox,
    /// Who did what.
    Audit,
    /// While writing.
    Composer,
}
