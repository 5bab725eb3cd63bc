-- A line that does not answer is left alone for a while as a whole, longer each time.

ALTER TABLE line_places ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;         -- failed in a row
ALTER TABLE line_places ADD COLUMN next_at TEXT NOT NULL DEFAULT '';         -- not before
ALTER TABLE line_places ADD COLUMN failing_since TEXT NOT NULL DEFAULT '';   -- '' while it answers
