-- Documents on A5 instead of A4.
ALTER TABLE jobs ADD COLUMN half INTEGER NOT NULL DEFAULT 0;
