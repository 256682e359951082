-- Due instants that a desk gives by itself, by promise. On a ticket: whose the instant is that counts (0 ours,
-- 1 the desk's), and the other side's where both are to be shown.
CREATE TABLE their_due (
  ticket INTEGER NOT NULL, target INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (ticket, target)
) WITHOUT ROWID;
ALTER TABLE ticket ADD COLUMN due_whose INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN other_state INTEGER;
ALTER TABLE ticket ADD COLUMN other_target INTEGER;
ALTER TABLE ticket ADD COLUMN other_value INTEGER;

-- The desk has told all tickets without their due instants: it tells them once more.
DELETE FROM meta WHERE key = 'cursor';
