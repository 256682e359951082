-- Answers of a desk overtake each other, and clocks run back. Everything that is kept of a desk takes the
-- next number of meta 'kept'. Kept: the number under which a ticket was last told or a change of it was
-- confirmed. Again: of two answers nobody can say which is newer, so that the ticket is asked for anew.
ALTER TABLE told ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
ALTER TABLE told ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
CREATE INDEX told_again ON told(again) WHERE again = 1;

-- The number of what was kept last when a change began to be sent.
ALTER TABLE outbox ADD COLUMN begun INTEGER;

-- What the desk refused waits for the person, and is counted.
CREATE INDEX outbox_refused ON outbox(stage) WHERE stage = 4;
