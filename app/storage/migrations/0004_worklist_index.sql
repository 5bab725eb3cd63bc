-- Cases whose clock runs, by state and the day on their paper: the worklist reads its first few
-- hundred out of a million. An instant item that was accepted is done at the counter: no clock.
CREATE INDEX cases_running ON cases (state, due) WHERE due > since OR state = 'deemed_accepted';
-- Few: paused or extended, so the day on the paper is not the day on which they are due.
CREATE INDEX cases_stayed ON cases (due) WHERE pauses <> '' OR extension > 0;
