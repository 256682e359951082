//! The one table of what a person can do. Help, footer, palette, completion, the key
//! check and the README's key table are drawn from it.

use super::state::{Pane, State};
use crate::domain::change::{Act, Stage};
use Context::{
    Audit, Composer, Coverage, Detail, Finding, Form, Knowledge, Note, Outbox, Queue, Report,
    Requests, Sla,
};

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
    /// The problem report, or the form of a request.
    GoReport,
    /// A new problem report or request.
    NewReport,
    /// Ask the requester for what the report lacks.
    AskBack,
    /// Hand the ticket to the vendor with the report.
    Escalate,
    /// The next field of a form.
    FieldNext,
    /// The field before.
    FieldPrevious,
    /// The next field that the gate wants.
    FieldMissing,
    /// Puts what is suggested into its field.
    TakeOffer,
    /// Puts all in that is certain.
    TakeOffers,
    /// Sends a suggestion away.
    RefuseOffer,
    /// Takes back what was put in.
    TakenBack,
    /// A step up.
    StepUp,
    /// A step down.
    StepDown,
    /// A step away.
    StepAway,
    /// The Workspace exists although nobody here has heard of it.
    ConfirmNew,
    /// The report is complete.
    Complete,
    /// Who is there, and who is not.
    GoCoverage,
    /// What is handed over, and given back.
    GoHandover,
    /// To the next stretch of the map; in a preview: the next who can take the ticket.
    StretchNext,
    /// The one before.
    StretchPrevious,
    /// Look farther ahead.
    Farther,
    /// Look less far ahead.
    Nearer,
    /// Plan an absence.
    PlanAbsence,
    /// Change an absence, or the note.
    EditAbsence,
    /// End an absence at another time.
    UntilAbsence,
    /// Take an absence away.
    DropAbsence,
    /// What would become of each ticket.
    PreviewHandover,
    /// The hand-over note.
    HandoverNote,
    /// Give back what was handed over.
    ReturnTickets,
    /// Leave a ticket or hand it over; take it along or not.
    Pick,
    /// Give a ticket of a preview to somebody else.
    Give,
    /// Save the hand-over note as a file.
    KeepNote,
    /// The hand-over note into the tickets.
    NoteIntoTickets,
    /// Keep the hand-over note as it is written.
    NoteDone,
    /// Hand over, or give back, as it is shown.
    Apply,
    /// Ask for a swap of cover, or answer.
    Swap,
    /// Who is on call.
    OnCall,
    /// The articles.
    GoKnowledge,
    /// Requests and the registers.
    GoRequests,
    /// The outbox.
    GoOutbox,
    /// The audit trail.
    GoAudit,
    /// To the next hour in which something falls due.
    HourNext,
    /// To the hour before in which something falls due.
    HourPrevious,
    /// Look an hour further ahead.
    Later,
    /// Look an hour less far ahead.
    Earlier,
    /// Look ahead to the end of the next working day.
    LaterDay,
    /// Look back to the end of the working day before.
    EarlierDay,
    /// Look at a moment ahead.
    LookAt,
    /// Back to now.
    Now,
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
    /// A file to go with the text.
    Attach,
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
    /// Send a change again.
    Retry,
    /// The text of a change back into the editor.
    Rework,
    /// Take one change back.
    Withdraw,
    /// Settle a conflict.
    Choose,
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
    /// Put the next file of the ticket under the cursor.
    NextFile,
    /// Open the file under the cursor with the machine's own program.
    OpenAttachment,
    /// Fill in what is under the cursor: a field, a cell, a text.
    Answer,
    /// An item of a checklist is done, or not after all.
    Tick,
    /// Write down somebody's word.
    Said,
    /// A new request, row or article.
    Add,
    /// Take a row or an article away.
    Drop,
    /// Tell those who must be told of a change.
    Tell,
    /// To the next column.
    ColumnNext,
    /// To the column before.
    ColumnPrevious,
    /// A register: go there, bring rows in, write it out.
    Register,
    /// An article is no longer right, or is right after all.
    Stale,
    /// Draft a correction of an article.
    Correct,
    /// An article is for use from now on.
    Publish,
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
    /// The pane of reports while no form is open.
    Report,
    /// While filling in a report: keys without Ctrl are text.
    Form,
    /// Who is there when.
    Coverage,
    /// While writing the hand-over note: keys without Ctrl are text.
    Note,
    /// Articles.
    Knowledge,
    /// Requests and registers.
    Requests,
    /// Beside the pane's own keys while words are being found in it.
    Finding,
}

/// What may follow a command's name on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arg {
    /// Nothing.
    None,
    /// An agent's handle, `me` or `none`.
    Agent,
    /// A status.
    Status,
    /// A priority.
    Priority,
    /// Labels; `-name` takes one off.
    Labels,
    /// Until when.
    When,
    /// A ticket's number.
    Ticket,
    /// A view's name, or `save NAME`, `delete NAME`.
    View,
    /// An order.
    Sort,
    /// A filter.
    Filter,
    /// A macro's name.
    Macro,
    /// A field and its new value.
    Field,
    /// What is chosen of a conflict.
    Choice,
    /// What to ask for, or an answer to what was asked.
    Swap,
    /// Free words.
    Words,
}

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    /// What it means.
    pub action: Action,
    /// Its name on the command line.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What may follow the name.
    pub arg: Arg,
    /// One line of help.
    pub help: &'static str,
    /// Its group in help.
    pub group: &'static str,
    /// Where its keys mean something.
    pub contexts: &'static [Context],
    /// The default keys.
    pub keys: &'static [&'static str],
    /// Place in the footer; 0: not there.
    pub footer: u8,
    /// It needs a ticket under the cursor or marked.
    pub needs_ticket: bool,
}

impl Command {
    /// Every pane has it.
    pub const fn is_everywhere(&self) -> bool {
        self.contexts.len() >= PANES.len()
    }

    /// Why it cannot be done now; none: it can.
    pub fn disabled(&self, state: &State) -> Option<&'static str> {
        if self.needs_ticket && state.subject().is_none() {
            return Some("there is no ticket under the cursor");
        }
        match self.action {
            Action::Retry | Action::Rework | Action::Withdraw | Action::Choose => {
                against_change(self.action, state)
            }
            Action::Now if state.as_of.is_none() => {
                Some("this is now; > in the pane of what falls due looks ahead")
            }
            Action::Macro if state.macros.is_empty() => Some("no macros are set up for this desk"),
            Action::NextFile | Action::SaveAttachment | Action::OpenAttachment
                if state
                    .detail
                    .as_ref()
                    .and_then(|d| d.loaded.as_ref())
                    .is_none_or(|l| l.attachments.is_empty()) =>
            {
                Some("open a ticket that has files first")
            }
            _ => None,
        }
    }
}

/// Why an act on the outbox's row under the cursor cannot be done.
fn against_change(action: Action, state: &State) -> Option<&'static str> {
    if state.pane != Pane::Outbox {
        return Some("go to the outbox first; it acts on the change under the cursor there");
    }
    let Some(row) = state.outbox.selected() else {
        return Some("there is no change under the cursor");
    };
    match (action, row.stage) {
        (Action::Choose, Stage::Conflict) => None,
        (Action::Choose, _) => Some("this change is not in conflict"),
        (_, Stage::InFlight) => Some("it is being sent; what became of it is known in a moment"),
        (_, Stage::Withdrawn) => Some("it was taken back already"),
        (_, Stage::Confirmed) => Some("the desk has it already"),
        (Action::Retry, Stage::Conflict) => Some("choose first; open it to see both"),
        (Action::Rework, _) if !matches!(row.change.act, Act::Say { .. }) => {
            Some("only a text can be edited; withdraw this one and do it anew")
        }
        _ => None,
    }
}

const PANES: &[Context] = &[
    Queue, Detail, Sla, Outbox, Audit, Report, Coverage, Knowledge, Requests,
];
/// Panes, and the form too.
const AND_FORM: &[Context] = &[
    Queue, Detail, Sla, Outbox, Audit, Report, Form, Coverage, Knowledge, Requests,
];
const FINDS: &[Context] = &[Finding];
const TICKET: &[Context] = &[Queue, Detail, Sla];
const TICKET_AND_FORM: &[Context] = &[Queue, Detail, Sla, Form];
const FORM: &[Context] = &[Form];
const ASKED: &[Context] = &[Queue, Detail, Sla, Requests];
const BOOKS: &[Context] = &[Requests, Knowledge];
const FORMS: &[Context] = &[Requests];
const ARTICLES: &[Context] = &[Knowledge];

macro_rules! table {
    ($($group:literal { $($action:ident $name:literal $aliases:tt $arg:ident $contexts:ident $keys:tt $footer:literal $needs:literal $help:literal;)+ })+) => {
        /// All commands.
        pub const TABLE: &[Command] = &[$($(Command {
            action: Action::$action, name: $name, aliases: &$aliases, arg: Arg::$arg, help: $help, group: $group,
            contexts: $contexts, keys: &$keys, footer: $footer, needs_ticket: $needs,
        }),+),+];
    };
}

const SENDING: &[Context] = &[Outbox];
const WRITING: &[Context] = &[Composer];
const TEXTS: &[Context] = &[Composer, Requests, Knowledge, Coverage, Note];
const NARROWS: &[Context] = &[Queue, Requests, Knowledge];
const LIST: &[Context] = &[Queue];
const BROWSING: &[Context] = &[Queue, Detail];
const READING: &[Context] = &[Detail];
const AHEAD: &[Context] = &[Sla];
const COVER: &[Context] = &[Coverage];
const NOTE: &[Context] = &[Note];

table! {
    "Moving" {
        Down "down" [] None PANES ["j", "Down"] 0 false "one row down";
        Up "up" [] None PANES ["k", "Up"] 0 false "one row up";
        First "first" ["top"] None PANES ["g g", "Home"] 0 false "to the first row";
        Last "last" ["bottom"] None PANES ["G", "End"] 0 false "to the last row";
        HalfDown "half-down" [] None PANES ["Ctrl+d"] 0 false "half a page down";
        HalfUp "half-up" [] None PANES ["Ctrl+u"] 0 false "half a page up";
        PageDown "page-down" [] None PANES ["PageDown"] 0 false "a page down";
        PageUp "page-up" [] None PANES ["PageUp"] 0 false "a page up";
        Open "open" [] Ticket PANES ["Enter"] 1 false "open what is under the cursor, or a ticket by its number";
        Back "back" [] None PANES ["Esc"] 0 false "back one step, clear filter, clear marks";
        Close "close" [] None PANES ["q"] 0 false "close this view; at the root quit";
        NextTicket "next" [] None BROWSING ["J"] 0 false "next ticket while reading";
        PreviousTicket "previous" [] None BROWSING ["K"] 0 false "previous ticket while reading";
        NextUrgent "urgent" [] None PANES ["."] 8 false "the next most urgent ticket that I may work on";
    }
    "Lists" {
        Find "find" ["search"] Words PANES ["/"] 0 false "find in everything, in the open ticket or in this list";
        FindNext "find-next" [] None FINDS ["n"] 0 false "next match, while words are being found";
        FindPrevious "find-previous" [] None FINDS ["N"] 0 false "previous match, while words are being found";
        Filter "filter" [] Filter NARROWS ["\\"] 0 false "narrow the list";
        Sort "sort" [] Sort LIST ["S"] 0 false "order by due, updated, priority or age";
        PreviousView "view-previous" [] None PANES ["["] 0 false "previous saved view";
        NextView "view-next" [] None PANES ["]"] 0 false "next saved view";
        View "view" [] View PANES [] 0 false "go to a view; save NAME, delete NAME";
        Mark "mark" [] None BROWSING ["Space"] 0 true "mark and step; in a ticket: its messages, for split";
        Range "range" [] None LIST ["v"] 0 true "mark a range";
        MarkAll "mark-all" [] None LIST ["*"] 0 false "mark all in view";
    }
    "Tickets" {
        Reply "reply" [] None ASKED ["r"] 2 true "public reply";
        Note "note" [] None ASKED ["c"] 3 true "internal note";
        Take "take" [] None ASKED ["i"] 4 true "take it";
        Assign "assign" [] Agent ASKED ["a"] 5 true "assign to";
        Release "release" [] None TICKET ["A"] 0 true "release";
        Status "status" [] Status TICKET ["s"] 6 true "set the status";
        Priority "priority" ["prio"] Priority TICKET ["p"] 0 true "set the priority";
        Labels "label" ["labels"] Labels TICKET ["L"] 0 true "labels on, -name off";
        Snooze "snooze" [] When TICKET ["b"] 7 true "snooze until";
        Resolve "resolve" [] None ASKED ["C"] 0 true "resolve, or close what is resolved, through the gate";
        Merge "merge" [] Ticket TICKET ["m"] 0 true "merge into another; link NUMBER, split SUBJECT";
        Link "link" [] Ticket TICKET [] 0 true "link to another ticket";
        Split "split" [] Words TICKET [] 0 true "move the marked messages, or the one in sight, to a new ticket";
        Edit "edit" [] Field TICKET ["e"] 0 true "edit subject, kind, tenant or workspace";
        Macro "macro" [] Macro TICKET [";"] 0 true "run a macro, with preview";
        Undo "undo" [] None PANES ["z"] 0 false "undo, a queued reply too";
        Redo "redo" [] None PANES ["Z"] 0 false "redo";
        Unread "unread" [] None TICKET ["u"] 0 true "mark unread";
        CopyKey "copy" [] None TICKET ["y"] 0 true "copy the number";
        CopyLink "copy-link" [] None TICKET ["Y"] 0 true "copy the link";
        Browser "browse" [] None TICKET ["o"] 0 true "open in the browser";
        Timeline "timeline" [] None READING ["t"] 0 false "conversation or timeline";
        Quotes "quotes" [] None READING ["Q"] 0 false "fold or unfold quoted text";
        NextFile "file" [] None READING ["x"] 0 false "next attachment";
        SaveAttachment "save" [] Words READING ["X"] 0 false "save the attachment, in the downloads or at a path";
        OpenAttachment "open-file" [] None READING ["O"] 0 false "open the attachment, after a question";
        Why "why" [] None PANES ["w"] 0 false "why: this deadline, this order";
    }
    "Reports" {
        NewReport "report" ["request"] Words PANES ["n"] 0 false "new problem report or request, from the ticket under the cursor";
        AskBack "ask" [] None TICKET_AND_FORM ["f", "Ctrl+f"] 5 true "ask the requester for what the report lacks";
        Escalate "escalate" [] Words TICKET_AND_FORM ["E", "Ctrl+v"] 6 true "escalate to the vendor with the report";
        FieldNext "field-next" [] None FORM ["Tab"] 0 false "in a form: next field";
        FieldPrevious "field-previous" [] None FORM ["Shift+Tab"] 0 false "in a form: field before";
        FieldMissing "missing" [] None FORM ["Ctrl+n"] 3 false "in a form: next field that is missing";
        TakeOffer "take-suggestion" [] None FORM ["Ctrl+y"] 2 false "in a form: take what is suggested";
        TakeOffers "take-certain" [] None FORM ["Ctrl+a"] 4 false "in a form: take all suggestions that are certain";
        RefuseOffer "refuse-suggestion" [] None FORM ["Ctrl+x"] 0 false "in a form: not this suggestion";
        TakenBack "untake" [] None FORM ["Ctrl+z"] 0 false "in a form: take back what a suggestion put in";
        StepUp "step-up" [] None FORM ["Ctrl+Up", "Ctrl+k"] 0 false "in a form: this step one up";
        StepDown "step-down" [] None FORM ["Ctrl+Down", "Ctrl+l"] 0 false "in a form: this step one down";
        StepAway "step-away" [] None FORM ["Ctrl+d"] 0 false "in a form: delete this step";
        ConfirmNew "new-workspace" [] None FORM ["Ctrl+g"] 0 false "in a form: this Workspace exists, it is new to us";
        Complete "complete" [] None FORM ["Ctrl+s"] 1 false "in a form: mark the report complete, through the gate";
    }
    "Requests, registers and knowledge" {
        Answer "answer" ["fill"] Words BOOKS ["e"] 2 false "fill in what is under the cursor: a field, a cell, an article; :answer FIELD VALUE";
        Tick "tick" [] Words FORMS ["Space"] 3 false "an item of the checklist is done, or not after all";
        Said "said" [] Words FORMS [] 0 false "write down a word: NAME who; role; where; when";
        Add "add" [] Words BOOKS ["I"] 4 false "a new request, row or article";
        Drop "drop" [] None BOOKS ["d"] 6 false "take this row or article away, after a preview";
        Tell "tell" [] Words FORMS ["T"] 5 false "tell those who must be told of a change: text or tickets";
        ColumnNext "column-next" [] None FORMS ["l", "Right"] 0 false "to the next column";
        ColumnPrevious "column-previous" [] None FORMS ["h", "Left"] 0 false "to the column before";
        Register "register" [] Words PANES [] 0 false "go to a register; import FILE, export FILE";
        Stale "stale" [] Words ARTICLES ["M"] 3 false "this article is no longer right: WHY; or it is right after all";
        Correct "correct" [] None ARTICLES ["F"] 5 false "draft a correction, from the ticket you came from";
        Publish "publish" [] Words ARTICLES ["P"] 6 false "this draft is for use: sent to a desk with articles, CLASS; or here";
    }
    "Looking ahead" {
        HourNext "hour-next" [] None AHEAD ["l", "Right"] 0 false "to the next hour in which something falls due";
        HourPrevious "hour-previous" [] None AHEAD ["h", "Left"] 0 false "to the hour before in which something falls due";
        Later "later" [] None AHEAD [">"] 1 false "an hour further ahead: what it will look like if nothing is done";
        Earlier "earlier" [] None AHEAD ["<"] 0 false "an hour less far ahead";
        LaterDay "later-day" [] None AHEAD ["}"] 1 false "ahead to the end of the next working day";
        EarlierDay "earlier-day" [] None AHEAD ["{"] 0 false "back to the end of the working day before";
        LookAt "at" [] When PANES [] 0 false "what it will look like then, if nothing is done; off: now";
        Now "now" [] None PANES ["0"] 1 false "back to now";
    }
    "Absences and coverage" {
        StretchNext "stretch-next" [] None COVER ["l", "Right"] 2 false "to the next stretch; in a preview: the next who can take the ticket";
        StretchPrevious "stretch-previous" [] None COVER ["h", "Left"] 0 false "to the stretch before; in a preview: the one before who can take the ticket";
        Farther "farther" [] None COVER [">"] 3 false "look farther ahead: two weeks, 30 days, 90 days";
        Nearer "nearer" [] None COVER ["<"] 0 false "look less far ahead";
        PlanAbsence "absence" [] Agent COVER ["N"] 2 false "plan an absence";
        EditAbsence "absence-edit" [] Words COVER ["e"] 5 false "change the absence, or write in the note";
        UntilAbsence "absence-until" [] When COVER ["t"] 6 false "end the absence at another time; now gives back what was handed over";
        DropAbsence "absence-drop" [] Words COVER ["d"] 0 false "take the absence away, after a question";
        PreviewHandover "hand-over-preview" ["preview"] Words COVER ["H"] 4 false "what would become of each ticket in this absence";
        HandoverNote "hand-over-note" [] Words COVER ["c"] 6 false "the hand-over note; new: made anew";
        ReturnTickets "return" [] Words COVER ["B"] 0 false "give back what was handed over, what nobody touched";
        Pick "pick" [] None COVER ["Space"] 3 false "leave this ticket or hand it over; in a return: take it along or not";
        Give "give" [] Agent COVER ["a"] 4 false "give this ticket of a preview to somebody else";
        KeepNote "note-save" [] Words COVER ["X"] 3 false "save the hand-over note as a file, in the downloads or at a path";
        NoteIntoTickets "note-tickets" [] None COVER ["I"] 4 false "the hand-over note into the tickets as internal notes, after a question";
        NoteDone "note-done" [] None NOTE ["Ctrl+s"] 1 false "in the note: keep it as it is written, and read it";
        Apply "apply" [] None COVER ["Ctrl+s"] 1 false "hand over, or give back, as it is shown, after a question";
        Swap "swap" [] Swap COVER [] 0 false "swaps of cover: ask WHO WHAT for WHAT, yes or no and its number; alone: who asks for what";
        OnCall "oncall" ["on-call"] None PANES [] 0 false "who is on call now, and what nobody may do now";
    }
    "Outbox" {
        Retry "retry" [] None SENDING ["!"] 2 false "send this change again now";
        Rework "rework" [] None SENDING ["e"] 3 false "edit this text: it comes back as a draft, the change is withdrawn";
        Withdraw "withdraw" [] None SENDING ["d"] 4 false "withdraw this change; a text becomes a draft again";
        Choose "choose" [] Choice SENDING [] 0 false "settle a conflict: mine, theirs or both";
    }
    "Writing" {
        ToggleVisibility "visibility" [] None WRITING ["Ctrl+t"] 2 false "public reply or internal note";
        Send "send" [] None WRITING ["Ctrl+s"] 1 false "put it in the outbox";
        Attach "attach" [] Words WRITING ["Ctrl+o"] 4 false "attach a file, -name takes it off";
        Editor "editor" [] None TEXTS ["Ctrl+e"] 3 false "write in $EDITOR";
    }
    "Going" {
        NextPane "pane-next" [] None PANES ["Tab"] 0 false "next pane";
        PreviousPane "pane-previous" [] None PANES ["Shift+Tab"] 0 false "previous pane";
        GoQueue "queue" [] None PANES ["1", "g q"] 0 false "the queue";
        GoSla "sla" [] None PANES ["2", "g s"] 0 false "what falls due";
        GoDetail "detail" [] None PANES ["3"] 0 false "the ticket";
        GoReport "form" [] None PANES ["4"] 0 false "the report of this ticket";
        GoCoverage "coverage" [] None PANES ["5", "g c"] 0 false "who is there, and who is not";
        GoHandover "hand-over" ["handover"] None PANES ["g h"] 0 false "hand-overs and returns";
        GoKnowledge "knowledge" ["kb"] None PANES ["g k"] 0 false "the articles";
        GoRequests "requests" ["registers"] None PANES ["g r"] 0 false "requests and registers";
        GoOutbox "outbox" [] None PANES ["6", "g o"] 0 false "the outbox";
        GoAudit "audit" [] None PANES ["g a"] 0 false "the audit trail";
        Zoom "zoom" [] None PANES ["Plus"] 0 false "this pane alone";
        Unzoom "unzoom" [] None PANES ["_"] 0 false "all panes";
        CommandLine "command" [] None PANES [":"] 0 false "the command line";
        Palette "palette" [] None AND_FORM ["Ctrl+p"] 0 false "all commands by what you type";
        Help "help" ["keys"] None AND_FORM ["?", "F1"] 9 false "the keys of this pane";
        Refresh "refresh" [] None PANES ["R"] 0 false "refresh this pane";
        Sync "sync" [] None PANES ["$"] 0 false "talk to the desk now";
        Quit "quit" ["exit"] None PANES [] 0 false "leave";
    }
}

/// The row of an act. Every act has one: a test holds it to that.
pub fn command(action: Action) -> Option<&'static Command> {
    TABLE.iter().find(|c| c.action == action)
}

/// The row of a name or alias.
pub fn by_name(name: &str) -> Option<&'static Command> {
    TABLE
        .iter()
        .find(|c| c.name == name || c.aliases.contains(&name))
}

/// The key table of the README, as Markdown.
pub fn key_table_markdown() -> String {
    let mut out = String::from("| keys | command | act |\n| --- | --- | --- |\n");
    for c in TABLE {
        let keys: Vec<String> = c
            .keys
            .iter()
            .map(|k| format!("`{}`", k.replace('|', "\\|")))
            .collect();
        out.push_str(&format!(
            "| {} | `:{}` | {} |\n",
            keys.join(" "),
            c.name,
            c.help
        ));
    }
    out
}
