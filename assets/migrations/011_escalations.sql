-- Escalations (JSON) by their own identities; of those of a ticket one at most is open.
CREATE TABLE escalation (
  id BLOB PRIMARY KEY, ticket INTEGER NOT NULL, stage INTEGER NOT NULL, json TEXT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX escalation_open ON escalation(ticket) WHERE stage < 6;
CREATE INDEX escalation_ticket ON escalation(ticket);

-- What is said to the vendor beside it, by the change that says it. Stages as those of the outbox;
-- mark and entry too.
CREATE TABLE vendor_word (
  seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, escalation BLOB NOT NULL, stage INTEGER NOT NULL,
  at INTEGER NOT NULL, body TEXT NOT NULL, mark TEXT, entry TEXT
);
CREATE INDEX vendor_word_open ON vendor_word(seq) WHERE stage < 3;

-- What other desks have handed to this one, by the names they gave it: tickets, and words on them.
CREATE TABLE arrived (id BLOB PRIMARY KEY, ticket INTEGER NOT NULL) WITHOUT ROWID;
