-- Absences that a calendar server (CalDAV) shares with the team: what is known of each event there (JSON), by its address.
CREATE TABLE shared (href TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
-- Which calendar at an address an absence came from.
CREATE TABLE followed (absence TEXT PRIMARY KEY, calendar TEXT NOT NULL) WITHOUT ROWID;
-- Swaps of cover that somebody has asked for (JSON).
CREATE TABLE swap (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
