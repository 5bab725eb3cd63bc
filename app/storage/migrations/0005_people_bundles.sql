-- Whose case it is, to find what waits for them and what they brought before. 'bundle' is the
-- bundle's id.
ALTER TABLE cases ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN organisation TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN bundle TEXT NOT NULL DEFAULT '';
-- The state to which a resumed case goes back when it is put back.
ALTER TABLE cases ADD COLUMN waiting TEXT NOT NULL DEFAULT '';
CREATE INDEX cases_person ON cases (person) WHERE person <> '';
CREATE INDEX cases_organisation ON cases (organisation) WHERE organisation <> '';

CREATE TABLE bundles (
    id         TEXT PRIMARY KEY,
    code       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    list_hash  TEXT    NOT NULL,
    cases      TEXT    NOT NULL, -- JSON, in the order of the items
    number     TEXT    NOT NULL DEFAULT '',
    check_code TEXT    NOT NULL DEFAULT '',
    decided_at TEXT    NOT NULL DEFAULT '',
    actor      TEXT    NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE UNIQUE INDEX bundles_number ON bundles (number) WHERE number <> '';

-- The latest time heard from another window's facts: our next ones come after it.
ALTER TABLE chain ADD COLUMN heard TEXT NOT NULL DEFAULT '';
