-- What a batch meant beside its changes: a hand-over or a return (JSON), for taking it back and doing it again.
CREATE TABLE meant (batch BLOB PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
