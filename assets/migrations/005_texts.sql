-- Messages whose texts are not here, the newest first.
CREATE INDEX message_missing ON message(id) WHERE missing = 1;
