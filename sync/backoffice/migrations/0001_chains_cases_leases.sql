-- Chains and their entries are the facts; cases and tickets are projections of them.

CREATE TABLE chains (
    id INTEGER PRIMARY KEY,
    device TEXT NOT NULL,
    install TEXT NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    head TEXT NOT NULL,
    set_aside TEXT NOT NULL DEFAULT '',  -- code; nothing more is taken from this chain
    fault TEXT NOT NULL DEFAULT '',      -- code of the last refused request, '' after a good one
    seen_at TEXT NOT NULL,
    UNIQUE (device, install)
) STRICT;

CREATE TABLE entries (
    arrival INTEGER PRIMARY KEY,
    chain INTEGER NOT NULL REFERENCES chains (id),
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    first INTEGER NOT NULL,  -- 1 where this id came for the first time: the dedupe row
    at TEXT NOT NULL,
    hlc TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('applied', 'repeated', 'refused', 'parked')),
    code TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '',
    received_at TEXT NOT NULL,
    UNIQUE (chain, seq)
) STRICT;
CREATE UNIQUE INDEX entries_first_id ON entries (id) WHERE first = 1;
CREATE INDEX entries_subject ON entries (subject, arrival);
CREATE INDEX entries_exceptions ON entries (arrival) WHERE outcome IN ('refused', 'parked');

CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    number TEXT UNIQUE,
    check_code TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    item TEXT NOT NULL,
    item_name TEXT NOT NULL,
    department TEXT NOT NULL,
    window TEXT NOT NULL,
    applicant TEXT NOT NULL,    -- masked
    opened_at TEXT NOT NULL,    -- device time of the first event
    updated_at TEXT NOT NULL,   -- device time of the last event
    received_at TEXT NOT NULL,  -- the back office's own time
    changed INTEGER NOT NULL    -- arrival of the last event
) STRICT;
CREATE INDEX cases_changed ON cases (changed);

CREATE TABLE number_blocks (
    first INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    device TEXT NOT NULL,
    install TEXT NOT NULL,
    given_at TEXT NOT NULL,
    confirmed INTEGER NOT NULL DEFAULT 0  -- 1 once the device's lease event came back
) STRICT;
CREATE INDEX number_blocks_device ON number_blocks (device, first);

CREATE TABLE lease_answers (
    request TEXT PRIMARY KEY,
    device TEXT NOT NULL,
    install TEXT NOT NULL,
    answer TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE TABLE tickets (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    business TEXT NOT NULL,
    priority TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    day TEXT NOT NULL,                    -- hall day
    origin TEXT NOT NULL CHECK (origin IN ('hall', 'window')),
    device TEXT NOT NULL DEFAULT '',      -- who holds it, '' while it waits in the hall's line
    install TEXT NOT NULL DEFAULT '',
    confirmed INTEGER NOT NULL DEFAULT 0, -- 1 once the device's lease event came back
    state TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX tickets_hall_number ON tickets (day, number) WHERE origin = 'hall';
CREATE INDEX tickets_line ON tickets (day, taken_at) WHERE device = '';
CREATE INDEX tickets_unconfirmed ON tickets (device, install) WHERE confirmed = 0;
