-- What departments have open, found without going through all they ever finished.

ALTER TABLE desk_cases ADD COLUMN finished_at TEXT NOT NULL DEFAULT '';
UPDATE desk_cases SET finished_at = dispatched_at
    WHERE case_id IN (SELECT id FROM cases WHERE state IN ('finished', 'handed_out'));
DROP INDEX desk_cases_reviewer;
CREATE INDEX desk_cases_open ON desk_cases (reviewer, due) WHERE finished_at = '';
CREATE INDEX desk_cases_due ON desk_cases (due) WHERE finished_at = '';
CREATE INDEX desk_cases_finished ON desk_cases (reviewer, finished_at) WHERE finished_at <> '';
