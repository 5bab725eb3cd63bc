-- Which order of arrival this is: made once with the database, named in every cursor. What arrived
-- up to 'compacted' may be gone.
CREATE TABLE feed (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch TEXT NOT NULL,
    compacted INTEGER NOT NULL DEFAULT 0
);

-- What the back office itself records about the hall and its devices.
CREATE INDEX entries_orders ON entries (arrival) WHERE kind = 'OrderGiven';
-- Cases that a window has open: a supervisor may free those of a dead one.
CREATE INDEX cases_open ON cases (opened_at) WHERE state = 'open';
-- Whom a case waits for that was left, or that its department asks something for.
DROP INDEX cases_waiting_person;
DROP INDEX cases_waiting_organisation;
CREATE INDEX cases_waiting_person ON cases (person)
    WHERE state IN ('noticed', 'received', 'left', 'supplement');
CREATE INDEX cases_waiting_organisation ON cases (organisation)
    WHERE state IN ('noticed', 'received', 'left', 'supplement');
