-- Files that go with a text that is being written: JSON, name and path.
ALTER TABLE draft ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
