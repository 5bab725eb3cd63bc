-- For which window, that had nobody to call, another was asked for this ticket.
ALTER TABLE tickets ADD COLUMN asked_for TEXT NOT NULL DEFAULT '';
