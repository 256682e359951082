-- The team's registers: a row is a JSON object of texts by column.
CREATE TABLE register (
  sort TEXT NOT NULL, key TEXT NOT NULL COLLATE NOCASE, tenant TEXT, json TEXT NOT NULL,
  updated INTEGER NOT NULL, by TEXT NOT NULL, PRIMARY KEY (sort, key)
) WITHOUT ROWID;

-- What is kept of a request beside its ticket (JSON). Closed: its form says how it ended.
CREATE TABLE request (
  ticket INTEGER PRIMARY KEY, kind INTEGER NOT NULL, closed INTEGER NOT NULL, json TEXT NOT NULL, updated INTEGER NOT NULL
);
CREATE INDEX request_open ON request(ticket) WHERE closed = 0;

-- Recurring duties that have made their tickets, each once a period.
CREATE TABLE duty_done (
  duty TEXT NOT NULL, period TEXT NOT NULL, ticket INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (duty, period)
) WITHOUT ROWID;

-- Knowledge. Title and text stand beside the rest (JSON), because the index of words reads them
-- there; triggers keep the two together.
CREATE TABLE article (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, title TEXT NOT NULL, body TEXT NOT NULL, json TEXT NOT NULL
);
CREATE VIRTUAL TABLE words_article USING fts5(title, body, content='article', content_rowid='id', tokenize="unicode61 remove_diacritics 2");
CREATE TRIGGER article_added AFTER INSERT ON article BEGIN
  INSERT INTO words_article(rowid, title, body) VALUES (new.id, new.title, new.body);
END;
CREATE TRIGGER article_gone AFTER DELETE ON article BEGIN
  INSERT INTO words_article(words_article, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
END;
CREATE TRIGGER article_changed AFTER UPDATE ON article BEGIN
  INSERT INTO words_article(words_article, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
  INSERT INTO words_article(rowid, title, body) VALUES (new.id, new.title, new.body);
END;

-- What registers and articles were before the latest acts, to take them back: one row for each
-- row that an act touched. Was, became: as it is kept; none: it was not there. Nothing stays long.
CREATE TABLE was (
  batch INTEGER NOT NULL, what TEXT NOT NULL, key TEXT NOT NULL, was TEXT, became TEXT,
  by TEXT NOT NULL, PRIMARY KEY (batch, what, key)
) WITHOUT ROWID;
