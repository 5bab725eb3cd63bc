-- A window's tickets: the whole fold as JSON in 'fold', and beside it what is asked for. 'away': it
-- was given up. 'undo': time of its last act where that can be taken back, '' where not. Filled from
-- the journal.
ALTER TABLE tickets DROP COLUMN calls;
ALTER TABLE tickets DROP COLUMN served_at;
ALTER TABLE tickets ADD COLUMN away INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN undo TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN fold TEXT NOT NULL DEFAULT '';
CREATE INDEX tickets_called ON tickets (called_at) WHERE called_at <> '';
CREATE INDEX tickets_undo ON tickets (undo) WHERE undo <> '';

-- The last number of each letter that was given out here on a day of the hall.
CREATE TABLE ticket_numbers (
    day    TEXT    NOT NULL,
    prefix TEXT    NOT NULL,
    last   INTEGER NOT NULL,
    PRIMARY KEY (day, prefix)
) WITHOUT ROWID;

-- The newest fact of each kind about this window and the hall's line.
CREATE TABLE line_latest (
    name    TEXT PRIMARY KEY, -- window, order, message, policy, hall
    id      TEXT    NOT NULL, -- of the fact
    hlc     TEXT    NOT NULL, -- when it counted here
    at      TEXT    NOT NULL,
    actor   TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL
) WITHOUT ROWID;

-- What the feed told of this window's tickets, of the window and of the line, as it came. 'after':
-- time of this window's own last fact then, so that all is folded again in the order in which it
-- happened here. 'open': about a ticket that is not here yet, whose lease may still be under way.
CREATE TABLE heard_acts (
    place   INTEGER PRIMARY KEY,
    id      TEXT    NOT NULL UNIQUE,
    after   TEXT    NOT NULL,
    device  TEXT    NOT NULL,
    at      TEXT    NOT NULL,
    actor   TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    open    INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX heard_open ON heard_acts (subject) WHERE open = 1;
