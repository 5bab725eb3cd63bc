-- What the worklist reads about a case's clocks; filled from the journal like all of this table.
ALTER TABLE cases ADD COLUMN applicant TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
-- Hall days: the running clock counts from the one, the paper that was printed names the other.
ALTER TABLE cases ADD COLUMN since TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN due TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN pauses TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN extension INTEGER NOT NULL DEFAULT 0;
-- The schema for which the tables of 0002 were last filled from the journal.
ALTER TABLE chain ADD COLUMN filled INTEGER NOT NULL DEFAULT 0;
