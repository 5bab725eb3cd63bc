-- The hall's line: places that are not the time of taking, numbers in series, what windows do and
-- what supervisors laid down. Tickets and windows are projections of facts; who asked for a number,
-- by which booking and how long the wait was said to be is the back office's own.

ALTER TABLE tickets ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN only_window TEXT NOT NULL DEFAULT '';  -- alone may call it
ALTER TABLE tickets ADD COLUMN item TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN source TEXT NOT NULL DEFAULT 'window';
ALTER TABLE tickets ADD COLUMN series TEXT NOT NULL DEFAULT '';       -- the letter it was given under
ALTER TABLE tickets ADD COLUMN serial INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN hold TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN at_window TEXT NOT NULL DEFAULT '';    -- that called it last
ALTER TABLE tickets ADD COLUMN replaced_by TEXT NOT NULL DEFAULT '';  -- number to go on under
ALTER TABLE tickets ADD COLUMN calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN returns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN called_at TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN served_at TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN ended_at TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN handled INTEGER NOT NULL DEFAULT -1;   -- seconds, without holds
ALTER TABLE tickets ADD COLUMN waited INTEGER NOT NULL DEFAULT -1;    -- seconds to the first call
ALTER TABLE tickets ADD COLUMN wait_least INTEGER NOT NULL DEFAULT -1; -- minutes, as it was said
ALTER TABLE tickets ADD COLUMN wait_most INTEGER NOT NULL DEFAULT -1;
ALTER TABLE tickets ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;     -- 1 while asked back
ALTER TABLE tickets ADD COLUMN reprints INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN check_code TEXT NOT NULL DEFAULT '';   -- of the slip, '' for none
UPDATE tickets SET place = taken_at;
UPDATE tickets SET series = substr(number, 1, length(number) - 3),
    serial = CAST(substr(number, length(number) - 2) AS INTEGER) WHERE origin = 'hall';

DROP INDEX tickets_line;
CREATE INDEX tickets_day ON tickets (day, state, device);
CREATE INDEX tickets_wanted ON tickets (wanted) WHERE wanted > 1;
CREATE INDEX tickets_series ON tickets (day, series, serial);

-- What the windows' own facts say of them.
CREATE TABLE queue_windows (
    window_id TEXT PRIMARY KEY,
    device TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'paused', 'closed')),
    clerk TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    since TEXT NOT NULL,
    left_waiting INTEGER NOT NULL  -- 1 until those who wait there were asked back
) STRICT;

-- Calls as the board shows them, the last day's.
CREATE TABLE queue_calls (
    arrival INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    ticket TEXT NOT NULL,
    number TEXT NOT NULL,
    window_id TEXT NOT NULL,
    business TEXT NOT NULL,
    priority TEXT NOT NULL,
    place INTEGER NOT NULL,   -- 1 the first call of this ticket, more where repeated
    at TEXT NOT NULL
) STRICT;
CREATE INDEX queue_calls_at ON queue_calls (at);
CREATE INDEX queue_calls_window ON queue_calls (window_id, arrival);
CREATE INDEX queue_calls_ticket ON queue_calls (ticket);

-- One row: what a supervisor laid over the hall's own policy, and the last arrival about the line.
CREATE TABLE queue_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,
    halted TEXT NOT NULL DEFAULT '',   -- the reason
    policy TEXT NOT NULL DEFAULT '',   -- JSON
    policy_until TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO queue_state (one, version) VALUES (1, 0);

-- Answers to who asked for a number: the same request gets the same ticket.
CREATE TABLE queue_requests (
    device TEXT NOT NULL,
    request TEXT NOT NULL,
    ticket TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (device, request)
) STRICT;

-- Of today alone: a key that is thrown away with the day, and who has a ticket where, by it.
CREATE TABLE queue_day_keys (
    day TEXT PRIMARY KEY,
    secret TEXT NOT NULL
) STRICT;
CREATE TABLE queue_persons (
    digest TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    ticket TEXT NOT NULL
) STRICT;

CREATE TABLE queue_bookings (
    code TEXT PRIMARY KEY,
    business TEXT NOT NULL,
    item TEXT NOT NULL,
    priority TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    digest TEXT NOT NULL,      -- SHA-256 of the code, a colon and the identity number; '' for none
    ticket TEXT NOT NULL DEFAULT ''
) STRICT;

-- 好差评: one for each service occasion.
CREATE TABLE queue_ratings (
    id TEXT PRIMARY KEY,
    ticket TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX queue_ratings_ticket ON queue_ratings (ticket) WHERE ticket <> '';
CREATE TABLE queue_rated_cases (
    case_id TEXT PRIMARY KEY,
    rating TEXT NOT NULL
) STRICT;
