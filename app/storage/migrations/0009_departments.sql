-- The state in which a case was accepted: it returns to it once what its department asked for was
-- brought. Filled from the journal like all of this table.
ALTER TABLE cases ADD COLUMN accepted TEXT NOT NULL DEFAULT '';
-- Results that wait at the hall to be handed out (出件).
CREATE INDEX cases_finished ON cases (decided_at) WHERE state = 'finished';
