-- How many sheets a job asks for, how many pages it has, and whether each copy bears its own name.
ALTER TABLE jobs ADD COLUMN copies INTEGER NOT NULL DEFAULT 1;
ALTER TABLE jobs ADD COLUMN pages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN apart INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_about ON jobs (about, paper);
