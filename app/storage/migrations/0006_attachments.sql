-- Scans by the SHA-256 of their plain bytes: local state, not a projection. 'waiting' until the
-- back office has said that it holds all of it ('there'); 'refused' is never sent again by itself;
-- 'elsewhere' is with another window. 'local' is 1 while the encrypted file is here.
CREATE TABLE blobs (
    sha      TEXT PRIMARY KEY,
    size     INTEGER NOT NULL,
    media    TEXT    NOT NULL,
    sent     INTEGER NOT NULL DEFAULT 0,
    state    TEXT    NOT NULL DEFAULT 'waiting',
    code     TEXT    NOT NULL DEFAULT '', -- why it was refused
    local    INTEGER NOT NULL DEFAULT 1,
    added_at TEXT    NOT NULL,
    asked_at TEXT    NOT NULL DEFAULT ''  -- when the back office last said what it has of it
) WITHOUT ROWID;
CREATE INDEX blobs_waiting ON blobs (added_at) WHERE state = 'waiting';

-- Which pages lie with which material of a case; filled from the journal like 'cases'.
CREATE TABLE case_materials (
    case_id  TEXT    NOT NULL,
    material TEXT    NOT NULL,
    page     INTEGER NOT NULL, -- 1, 2, 3…
    sha      TEXT    NOT NULL,
    PRIMARY KEY (case_id, material, page)
) WITHOUT ROWID;
CREATE INDEX case_materials_sha ON case_materials (sha);
