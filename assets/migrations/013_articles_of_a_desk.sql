-- Articles that a desk keeps, by the desk's name for them, and drafts that are to be sent there. How both stand is in the article itself (JSON).
ALTER TABLE article ADD COLUMN remote TEXT;
ALTER TABLE article ADD COLUMN going INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX article_remote ON article(remote) WHERE remote IS NOT NULL;
CREATE INDEX article_going ON article(id) WHERE going = 1;
CREATE INDEX article_corrects ON article(json ->> '$.corrects');
