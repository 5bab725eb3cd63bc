-- Where a fact stands in the back office's order of arrival, and under which beginning of its feed
-- that was said; 0 until it is said. Facts that count are folded in this order, then what waits.
ALTER TABLE journal ADD COLUMN arrival INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
CREATE INDEX journal_bundles ON journal (subject, hlc) WHERE substr(subject, 1, 7) = 'bundle:';

-- How far the feed was taken. 'epoch' counts its beginnings: a back office restored from a copy
-- begins anew. 'whole' is 1 once all of the present one was taken, 'swept' once the cases were
-- looked through for what only an earlier one had told. 'said' is the back office's own time then.
CREATE TABLE feed (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    cursor TEXT    NOT NULL DEFAULT '',
    epoch  INTEGER NOT NULL DEFAULT 0,
    whole  INTEGER NOT NULL DEFAULT 0,
    swept  INTEGER NOT NULL DEFAULT 0,
    said   TEXT    NOT NULL DEFAULT ''
);
INSERT INTO feed (one) VALUES (1);

-- Cases whose facts this program cannot fold, and why: shown once, folded again by a later one.
CREATE TABLE unfit (
    subject TEXT PRIMARY KEY,
    code    TEXT NOT NULL,
    at      TEXT NOT NULL
) WITHOUT ROWID;

-- Cases of other windows that are at rest, and since when: their facts are forgotten in time.
CREATE TABLE resting (
    case_id TEXT PRIMARY KEY,
    since   TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX resting_since ON resting (since);

-- What the feed brought that a person should hear of, until it is read and old.
CREATE TABLE news (
    id      TEXT PRIMARY KEY, -- of the fact
    kind    TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    device  TEXT    NOT NULL, -- whose fact it is
    at      TEXT    NOT NULL,
    heard   TEXT    NOT NULL, -- when it came here
    read    INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX news_heard ON news (heard);
CREATE INDEX news_unread ON news (heard) WHERE read = 0;

-- 2 while this window was the last to open or resume the case, 1 where it was before; filled from
-- the journal.
ALTER TABLE cases ADD COLUMN mine INTEGER NOT NULL DEFAULT 0;
-- Open cases and running clocks are looked for among this window's, not among those of the hall.
DROP INDEX cases_open;
DROP INDEX cases_running;
DROP INDEX cases_stayed;
CREATE INDEX cases_open ON cases (opened_at) WHERE state = 'open' AND mine = 2;
CREATE INDEX cases_running ON cases (state, due)
    WHERE mine > 0 AND (due > since OR state = 'deemed_accepted');
CREATE INDEX cases_stayed ON cases (due) WHERE mine > 0 AND (pauses <> '' OR extension > 0);
-- Cases that wait for their applicant and have no number to be found by.
CREATE INDEX cases_left ON cases (id) WHERE state = 'left';
