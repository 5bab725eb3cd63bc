-- How a person answered what the back office refused; filled from the journal (SetAsideAnswered).
ALTER TABLE set_aside ADD COLUMN answer      TEXT NOT NULL DEFAULT ''; -- '' while it waits
ALTER TABLE set_aside ADD COLUMN note        TEXT NOT NULL DEFAULT '';
ALTER TABLE set_aside ADD COLUMN answered_by TEXT NOT NULL DEFAULT '';
ALTER TABLE set_aside ADD COLUMN answered_at TEXT NOT NULL DEFAULT '';
CREATE INDEX set_aside_open ON set_aside (at) WHERE answer = '';

-- Facts that the back office keeps undecided until it is upgraded. They count here.
CREATE TABLE parked (
    install TEXT    NOT NULL,
    seq     INTEGER NOT NULL,
    code    TEXT    NOT NULL,
    at      TEXT    NOT NULL,
    PRIMARY KEY (install, seq)
) WITHOUT ROWID;

-- Blocks of numbers that the back office no longer knows as this window's: used no more.
CREATE TABLE closed_blocks (
    first INTEGER PRIMARY KEY
) WITHOUT ROWID;

-- When the back office last answered this window, '' before it ever did; this window's time.
ALTER TABLE chain ADD COLUMN contact TEXT NOT NULL DEFAULT '';
