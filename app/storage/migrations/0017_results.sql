-- Results of finished cases (出件): what waits, since when, and what was handed out. Filled from the
-- journal like the table of cases; whole names are here so that a result is found by one.
ALTER TABLE cases ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN organisation_name TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN agent TEXT NOT NULL DEFAULT ''; -- the number of the agent's document
ALTER TABLE cases ADD COLUMN posted TEXT NOT NULL DEFAULT ''; -- the address, '' where picked up
ALTER TABLE cases ADD COLUMN granted INTEGER NOT NULL DEFAULT 0;
CREATE TABLE results (
    id      TEXT PRIMARY KEY, -- the case's
    stands  TEXT NOT NULL,    -- collect, post, back, handed
    since   TEXT NOT NULL,    -- when it came to stand so
    name    TEXT NOT NULL,
    number  TEXT NOT NULL,
    granted INTEGER NOT NULL,
    taker   TEXT NOT NULL DEFAULT '',
    way     TEXT NOT NULL DEFAULT '',
    waybill TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX results_stand ON results (stands, since);
CREATE INDEX results_number ON results (number) WHERE number <> '';
CREATE INDEX results_waybill ON results (waybill) WHERE waybill <> '';
DROP INDEX cases_finished;
-- What waits to be collected is not at rest: any window may be asked for it.
DELETE FROM resting WHERE case_id IN (SELECT id FROM cases WHERE state = 'finished');
