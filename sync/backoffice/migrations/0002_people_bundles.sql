-- Whose case it is, so that any window finds what waits for them; and bundles with their numbers.

ALTER TABLE cases ADD COLUMN person TEXT;  -- NULL until folded again after this step
ALTER TABLE cases ADD COLUMN organisation TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN bundle TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN decided_at TEXT NOT NULL DEFAULT '';  -- device time
CREATE INDEX cases_unfilled ON cases (id) WHERE person IS NULL;
CREATE INDEX cases_waiting_person ON cases (person) WHERE state IN ('noticed', 'received');
CREATE INDEX cases_waiting_organisation ON cases (organisation)
    WHERE state IN ('noticed', 'received');
CREATE INDEX cases_bundle ON cases (bundle) WHERE bundle <> '';

CREATE TABLE bundles (
    id TEXT PRIMARY KEY,
    number TEXT UNIQUE,
    check_code TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL,
    cases TEXT NOT NULL,        -- JSON, in the order of the items
    device TEXT NOT NULL,       -- where it was chosen, and is decided
    updated_at TEXT NOT NULL    -- device time of the last event
) STRICT;

CREATE INDEX entries_demands ON entries (arrival) WHERE kind = 'DemandRefused';
