-- Who may speak: devices, their tokens and the one-time codes that give them.

CREATE TABLE devices (
    device TEXT PRIMARY KEY,
    install TEXT NOT NULL,                 -- as it was last enrolled
    enrolled_at TEXT NOT NULL,
    revoked_at TEXT NOT NULL DEFAULT '',   -- '' while it may speak
    seen_at TEXT NOT NULL DEFAULT '',
    version TEXT NOT NULL DEFAULT '',      -- of the program there
    skew INTEGER NOT NULL DEFAULT 0        -- seconds that its clock is ahead
);

-- Ended tokens stay: what a withdrawn device still sends is known by them.
CREATE TABLE device_tokens (
    token TEXT PRIMARY KEY,                -- SHA-256 of it
    device TEXT NOT NULL,
    install TEXT NOT NULL,
    given_at TEXT NOT NULL,
    used INTEGER NOT NULL DEFAULT 0,       -- 1 once the device has spoken with it
    ended_at TEXT NOT NULL DEFAULT ''
);
CREATE INDEX device_tokens_device ON device_tokens (device);

CREATE TABLE enrol_codes (
    name TEXT PRIMARY KEY,                 -- its first characters
    salt TEXT NOT NULL,
    digest TEXT NOT NULL,                  -- scrypt of the rest
    device TEXT NOT NULL,
    made_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    install TEXT NOT NULL DEFAULT ''       -- who has used it
);

-- Whose unsent facts a chain goes on with, since a supervisor's code allowed it.
CREATE TABLE successions (
    device TEXT NOT NULL,
    install TEXT NOT NULL,
    former_device TEXT NOT NULL,
    former_install TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (device, install, former_device, former_install)
);

-- Not used any more: such a fact is known by its hybrid time, which is before its chain began.
ALTER TABLE tickets ADD COLUMN again INTEGER NOT NULL DEFAULT 0;

-- What withdrawn devices still sent: decided by nobody until a supervisor says what becomes of it.
CREATE TABLE quarantine (
    device TEXT NOT NULL,
    install TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    id TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    entry TEXT NOT NULL,                   -- the whole entry as JSON, '' once dismissed
    size INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', -- waiting, taken, dismissed
    PRIMARY KEY (device, install, seq, hash)
);
CREATE INDEX quarantine_waiting ON quarantine (device, install, seq) WHERE state = 'waiting';

-- What supervisors did about devices, newest last.
CREATE TABLE device_acts (
    at TEXT NOT NULL,
    act TEXT NOT NULL,
    device TEXT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (at, act, device)
);
