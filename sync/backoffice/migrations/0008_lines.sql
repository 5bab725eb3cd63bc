-- Departments with a system of their own (line systems): what is sent there and what they answer.

CREATE TABLE line_jobs (
    key TEXT PRIMARY KEY,                  -- the case and its round: the same for every try
    case_id TEXT NOT NULL,
    round INTEGER NOT NULL,                -- 1, and one more after each supplement
    line TEXT NOT NULL,
    state TEXT NOT NULL,                   -- waiting, sent, answered, ended
    ticket TEXT NOT NULL DEFAULT '',       -- the line's own name for it
    tries INTEGER NOT NULL DEFAULT 0,
    next_at TEXT NOT NULL,                 -- of the next try
    claimed_until TEXT NOT NULL DEFAULT '',-- a process is at it
    code TEXT NOT NULL DEFAULT '',         -- why the last try failed
    made_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    UNIQUE (case_id, round)
);
CREATE INDEX line_jobs_due ON line_jobs (next_at) WHERE state = 'waiting';
CREATE INDEX line_jobs_open ON line_jobs (line, state);

CREATE TABLE line_answers (
    line TEXT NOT NULL,
    digest TEXT NOT NULL,                  -- SHA-256 of what it says: the same answer once
    key TEXT NOT NULL DEFAULT '',          -- of the job, '' where it names none
    body TEXT NOT NULL,
    state TEXT NOT NULL,                   -- applied, parked, dismissed
    reason TEXT NOT NULL DEFAULT '',       -- why it was parked
    times INTEGER NOT NULL DEFAULT 1,      -- how often it came
    received_at TEXT NOT NULL,
    settled_at TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (line, digest)
);
CREATE INDEX line_answers_key ON line_answers (key);
CREATE INDEX line_answers_parked ON line_answers (received_at) WHERE state = 'parked';

-- How far the answers of a line were asked for.
CREATE TABLE line_places (
    line TEXT PRIMARY KEY,
    cursor TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT ''          -- why the last question failed
);
