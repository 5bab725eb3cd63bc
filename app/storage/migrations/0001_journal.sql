-- The facts. One chain per install; body becomes '' once erased, body_hash and hash stay.
CREATE TABLE journal (
    install   TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    id        TEXT    NOT NULL,
    device    TEXT    NOT NULL,
    at        TEXT    NOT NULL,
    hlc       TEXT    NOT NULL,
    actor     TEXT    NOT NULL,
    subject   TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    body      TEXT    NOT NULL,
    body_hash TEXT    NOT NULL,
    hash      TEXT    NOT NULL,
    PRIMARY KEY (install, seq)
) WITHOUT ROWID;
-- Only cases are folded from here; what is not indexed need not be written with every decision.
CREATE INDEX journal_cases ON journal (subject, hlc) WHERE substr(subject, 1, 5) = 'case:';

-- Which chain this store writes, and how far the back office has decided it.
CREATE TABLE chain (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    device       TEXT    NOT NULL,
    install      TEXT    NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0
);

-- Events that the back office refused: they wait for a person.
CREATE TABLE set_aside (
    install     TEXT    NOT NULL,
    seq         INTEGER NOT NULL,
    code        TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    at          TEXT    NOT NULL,
    PRIMARY KEY (install, seq)
) WITHOUT ROWID;
