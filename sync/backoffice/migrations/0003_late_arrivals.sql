-- An entry that was parked and taken up later arrives anew, so that readers with a cursor see it.

ALTER TABLE entries ADD COLUMN late INTEGER NOT NULL DEFAULT 0; -- 1 where it was parked before
CREATE INDEX entries_parked ON entries (subject) WHERE outcome = 'parked';
