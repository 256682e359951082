-- Instants are milliseconds since 1970, enums the codes of the domain, names plain text.
-- A ticket's row is what is shown: the base with the outbox laid over it.
CREATE TABLE ticket (
  id INTEGER PRIMARY KEY,            -- created seconds * 4096 + a counter: newest first is an order by id
  key TEXT NOT NULL COLLATE NOCASE,
  subject TEXT NOT NULL,
  status INTEGER NOT NULL,
  status_label TEXT,
  priority INTEGER,
  kind INTEGER NOT NULL,
  tenant TEXT,
  workspace TEXT,
  requester TEXT,
  assignee TEXT,
  labels TEXT NOT NULL DEFAULT '',   -- sorted, one a line
  channel INTEGER,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  resolved INTEGER,
  closed INTEGER,
  snoozed INTEGER,
  turn INTEGER NOT NULL,
  due_state INTEGER NOT NULL,        -- 0 running, 1 paused, 2 none
  due_target INTEGER,
  due_value INTEGER,                 -- an instant, or seconds left
  reassignments INTEGER NOT NULL,
  version INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  merged INTEGER,
  shelf INTEGER NOT NULL,            -- 0 live, 1 live and snoozed, 2 done, 3 merged
  k_due INTEGER NOT NULL,            -- sort keys, ascending
  k_upd INTEGER NOT NULL,
  k_prio INTEGER NOT NULL
);
CREATE UNIQUE INDEX ticket_key ON ticket(key);
CREATE INDEX ticket_due ON ticket(shelf, k_due);
CREATE INDEX ticket_upd ON ticket(shelf, k_upd);
CREATE INDEX ticket_prio ON ticket(shelf, k_prio);
CREATE INDEX ticket_age ON ticket(shelf);
CREATE INDEX ticket_assignee ON ticket(assignee, shelf, k_due);
CREATE INDEX ticket_tenant ON ticket(tenant, shelf, k_due);
CREATE INDEX ticket_workspace ON ticket(workspace, shelf, k_due);
CREATE INDEX ticket_status ON ticket(status, shelf, k_due);
CREATE INDEX ticket_turn ON ticket(turn, shelf, k_due);
CREATE INDEX ticket_kind ON ticket(kind, shelf, k_due);
CREATE INDEX ticket_snoozed ON ticket(snoozed) WHERE shelf = 1;
CREATE INDEX ticket_merged ON ticket(merged) WHERE merged IS NOT NULL;

CREATE TABLE ticket_label (
  label TEXT NOT NULL, shelf INTEGER NOT NULL, k_due INTEGER NOT NULL, ticket INTEGER NOT NULL,
  PRIMARY KEY (label, shelf, k_due, ticket)
) WITHOUT ROWID;

-- How many tickets a dimension has by value and shelf.
CREATE TABLE counter (
  dim TEXT NOT NULL, value TEXT NOT NULL, shelf INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (dim, value, shelf)
) WITHOUT ROWID;

-- What the desk last told us, where changes of ours are laid over it.
CREATE TABLE base (ticket INTEGER PRIMARY KEY, json TEXT NOT NULL);

-- What moves the clocks, as the desk knows it: 8 bytes an event.
CREATE TABLE sla (ticket INTEGER PRIMARY KEY, opened_by INTEGER NOT NULL, first_status INTEGER NOT NULL, events BLOB NOT NULL);

CREATE TABLE message (
  id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, at INTEGER NOT NULL,
  side INTEGER NOT NULL, author TEXT, visibility INTEGER NOT NULL,
  body TEXT NOT NULL, change BLOB, waiting INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX message_ticket ON message(ticket, at);
CREATE INDEX message_change ON message(change) WHERE change IS NOT NULL;

CREATE TABLE attachment (
  id INTEGER PRIMARY KEY, message INTEGER NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL, size INTEGER NOT NULL
);
CREATE INDEX attachment_message ON attachment(message);
CREATE TABLE attachment_data (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);

CREATE TABLE timeline (
  id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL,
  field TEXT NOT NULL, old TEXT, new TEXT, change BLOB
);
CREATE INDEX timeline_ticket ON timeline(ticket, at);
CREATE INDEX timeline_change ON timeline(change) WHERE change IS NOT NULL;

CREATE TABLE link (
  ticket INTEGER NOT NULL, other INTEGER NOT NULL, kind INTEGER NOT NULL,
  PRIMARY KEY (ticket, other, kind)
) WITHOUT ROWID;
CREATE INDEX link_other ON link(other);
CREATE TABLE link_later (ticket INTEGER NOT NULL, key TEXT NOT NULL COLLATE NOCASE, kind INTEGER NOT NULL, PRIMARY KEY (key, ticket, kind)) WITHOUT ROWID;

CREATE TABLE original (ticket INTEGER PRIMARY KEY, hash BLOB NOT NULL, version INTEGER NOT NULL, packed INTEGER NOT NULL, line BLOB NOT NULL);

CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, batch BLOB NOT NULL, ticket INTEGER NOT NULL,
  stage INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL, not_before INTEGER,
  json TEXT NOT NULL, inverse TEXT, reason TEXT
);
CREATE INDEX outbox_ticket ON outbox(ticket, seq);
CREATE INDEX outbox_batch ON outbox(batch);
CREATE INDEX outbox_open ON outbox(stage, seq) WHERE stage IN (1, 2, 5);

-- One row a press of a key. State: 0 done, 1 taken back, 2 not to be taken back or done again.
CREATE TABLE batch (seq INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, by TEXT NOT NULL, at INTEGER NOT NULL, state INTEGER NOT NULL, undone INTEGER);
CREATE INDEX batch_state ON batch(by, state, seq);

CREATE TABLE draft (ticket INTEGER PRIMARY KEY, visibility INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE agent (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tenant (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE workspace (name TEXT PRIMARY KEY, tenant TEXT) WITHOUT ROWID;
CREATE TABLE absence (id INTEGER PRIMARY KEY, until INTEGER NOT NULL, json TEXT NOT NULL);
CREATE TABLE named (sort INTEGER NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (sort, name)) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, by TEXT NOT NULL, ticket INTEGER, what TEXT NOT NULL,
  detail TEXT NOT NULL, hash BLOB NOT NULL
);
CREATE INDEX audit_ticket ON audit(ticket, seq) WHERE ticket IS NOT NULL;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;

-- One document a ticket, rowid = its id. Every word carries the letter of its week in front,
-- so that the beginning of a word is looked up week by week, newest first.
CREATE VIRTUAL TABLE words USING fts5(text, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0");
