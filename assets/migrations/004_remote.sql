-- What desks over a network tell. A change remembers the desk's mark of the moment before it was
-- sent, the entry that it became there, when the desk was known to have it, and what stands there
-- instead where it meets somebody else's.
ALTER TABLE outbox ADD COLUMN mark TEXT;
ALTER TABLE outbox ADD COLUMN entry TEXT;
ALTER TABLE outbox ADD COLUMN taken INTEGER;
ALTER TABLE outbox ADD COLUMN theirs TEXT;

-- The desk's own names, by which what is told twice is kept once. A body that was not fetched is missing.
-- Was, became: the status behind the desk's own words for it.
ALTER TABLE message ADD COLUMN remote TEXT;
ALTER TABLE message ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX message_remote ON message(remote) WHERE remote IS NOT NULL;
ALTER TABLE timeline ADD COLUMN remote TEXT;
ALTER TABLE timeline ADD COLUMN was INTEGER;
ALTER TABLE timeline ADD COLUMN became INTEGER;
CREATE UNIQUE INDEX timeline_remote ON timeline(remote) WHERE remote IS NOT NULL;
ALTER TABLE attachment ADD COLUMN remote TEXT;

-- How much of a ticket the desk has told. Version: its mark for conditional requests. Whole: all that
-- happened is here, texts included. Further: fields that are shown as they are (JSON). Since: what
-- happened later than that came after the ticket did. First status and who opened it: as in sla, where told.
CREATE TABLE told (
  ticket INTEGER PRIMARY KEY, version TEXT, whole INTEGER NOT NULL DEFAULT 0, further TEXT NOT NULL DEFAULT '[]',
  since INTEGER NOT NULL, first_status INTEGER, opened_by INTEGER
);
