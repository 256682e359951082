-- A draft for each ticket and each kind of reader, with the files that go with it (JSON: name,
-- path, size): a note must never be taken for an answer.
ALTER TABLE draft RENAME TO old_draft;
CREATE TABLE draft (
  ticket INTEGER NOT NULL, visibility INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL,
  files TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (ticket, visibility)
) WITHOUT ROWID;
INSERT INTO draft(ticket, visibility, body, at) SELECT ticket, visibility, body, at FROM old_draft;
DROP TABLE old_draft;

-- Drafts that went along when their ticket was merged, to be given back when that is undone.
CREATE TABLE moved_draft (
  ticket INTEGER NOT NULL, visibility INTEGER NOT NULL, went_to INTEGER NOT NULL, json TEXT NOT NULL,
  PRIMARY KEY (ticket, visibility)
) WITHOUT ROWID;
