-- Problem reports (JSON) as far as they are filled in, by their own names: one a ticket, and those
-- that are to become one.
CREATE TABLE report (
  id TEXT PRIMARY KEY, ticket INTEGER UNIQUE, json TEXT NOT NULL, updated INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX report_begun ON report(updated) WHERE ticket IS NULL;
