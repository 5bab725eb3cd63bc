-- What the departments do with accepted cases: who has which, who may sign in, who looked at what.

CREATE TABLE desk_cases (
    case_id TEXT PRIMARY KEY,
    department TEXT NOT NULL,
    reviewer TEXT NOT NULL,                -- staff number, 'line:' and a name, '' while nobody may
    since TEXT NOT NULL,                   -- hall day of acceptance
    due TEXT NOT NULL,                     -- as printed at acceptance
    dispatched_at TEXT NOT NULL
);
CREATE INDEX desk_cases_reviewer ON desk_cases (reviewer, due);

-- Every dispatch, with who decided it: '' for the draw.
CREATE TABLE dispatches (
    case_id TEXT NOT NULL,
    at TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    former TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (case_id, at, reviewer)
);

-- Up to which arrival accepted cases were looked for.
CREATE TABLE dispatch_place (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    through INTEGER NOT NULL
);

CREATE TABLE reviewer_absences (
    reviewer TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL
);

CREATE TABLE desk_sessions (
    name TEXT PRIMARY KEY,                 -- SHA-256 of what the cookie holds
    staff TEXT NOT NULL,
    password TEXT NOT NULL,                -- SHA-256 of the password's hash at that time
    seen_at INTEGER NOT NULL,              -- seconds since 1970
    ends_at INTEGER NOT NULL
);
CREATE INDEX desk_sessions_ends ON desk_sessions (ends_at);

-- Sign-ins that failed, by address and by staff number, so that all processes count together.
CREATE TABLE desk_tries (
    who TEXT NOT NULL,
    minute INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (who, minute)
);
CREATE INDEX desk_tries_minute ON desk_tries (minute);

-- Who opened which case or scan.
CREATE TABLE desk_accesses (
    case_id TEXT NOT NULL,
    at TEXT NOT NULL,
    staff TEXT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (case_id, at, staff, what)
);
CREATE INDEX desk_accesses_at ON desk_accesses (at);

-- Batches of the national exchange tables: what arrived after the one and up to the other.
CREATE TABLE exchange_batches (
    batch INTEGER PRIMARY KEY,
    after INTEGER NOT NULL,
    through INTEGER NOT NULL,
    made_at TEXT NOT NULL
);
