-- Problem reports (JSON) as far as they are filled in, by their own names: one a ticket, and those
-- that are to become one. `asked`: when the requester was asked for the rest, until it is complete.
CREATE TABLE report (
  id TEXT PRIMARY KEY, ticket INTEGER UNIQUE, json TEXT NOT NULL, updated INTEGER NOT NULL, asked INTEGER
) WITHOUT ROWID;
CREATE INDEX report_begun ON report(updated) WHERE ticket IS NULL;
CREATE INDEX report_asked ON report(ticket) WHERE asked IS NOT NULL;
