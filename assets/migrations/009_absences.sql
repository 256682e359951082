-- Planned absences (JSON), by their own names and by those that calendars have for them.
CREATE TABLE away (id TEXT PRIMARY KEY, uid TEXT UNIQUE, json TEXT NOT NULL) WITHOUT ROWID;
-- What was handed over for each stretch of an absence, when, and when it was given back.
CREATE TABLE handed (absence TEXT NOT NULL, begun INTEGER NOT NULL, at INTEGER NOT NULL, back INTEGER, json TEXT NOT NULL, PRIMARY KEY (absence, begun, at)) WITHOUT ROWID;
CREATE INDEX handed_begun ON handed(begun);
CREATE INDEX handed_open ON handed(absence, begun) WHERE back IS NULL;
-- The queue's view of absences: those that a desk tells of, and what the planned ones come to.
ALTER TABLE absence ADD COLUMN planned INTEGER NOT NULL DEFAULT 0;
