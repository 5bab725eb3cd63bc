-- What screens read; rebuilt from the journal at any time.
CREATE TABLE cases (
    id        TEXT PRIMARY KEY,
    number    TEXT NOT NULL DEFAULT '',
    state     TEXT NOT NULL,
    item      TEXT NOT NULL DEFAULT '',
    item_name TEXT NOT NULL DEFAULT '',
    window    TEXT NOT NULL,
    ticket    TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    decided_at TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE UNIQUE INDEX cases_number ON cases (number) WHERE number <> '';
-- Ids are UUIDv7: the newest and a day's cases are found by the primary key itself, and each index
-- less is a page less to encrypt and write in every decision.
CREATE INDEX cases_open ON cases (opened_at) WHERE state = 'open';

CREATE TABLE tickets (
    id        TEXT PRIMARY KEY,
    number    TEXT    NOT NULL,
    business  TEXT    NOT NULL,
    priority  TEXT    NOT NULL,
    taken_at  TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    calls     INTEGER NOT NULL,
    called_at TEXT    NOT NULL DEFAULT '',
    served_at TEXT    NOT NULL DEFAULT '',
    local     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tickets_state ON tickets (state, taken_at);

CREATE TABLE jobs (
    id      TEXT PRIMARY KEY,
    paper   TEXT    NOT NULL,
    about   TEXT    NOT NULL,
    printer TEXT    NOT NULL,
    reprint INTEGER NOT NULL,
    state   TEXT    NOT NULL,
    code    TEXT    NOT NULL DEFAULT '',
    place   TEXT    NOT NULL DEFAULT '',
    at      TEXT    NOT NULL
) WITHOUT ROWID;
CREATE INDEX jobs_unfinished ON jobs (state) WHERE state <> 'printed';

CREATE TABLE number_blocks (
    first INTEGER PRIMARY KEY,
    last  INTEGER NOT NULL,
    next  INTEGER NOT NULL
) WITHOUT ROWID;
