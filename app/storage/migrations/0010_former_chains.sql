-- Chains that were sealed here and ended by a new enrolment. What stands after 'acknowledged' in
-- them is not this window's: it was sealed anew in the chain that followed, or by a copied disk.
CREATE TABLE former_chains (
    install      TEXT PRIMARY KEY,
    device       TEXT    NOT NULL,
    acknowledged INTEGER NOT NULL,
    ended_at     TEXT    NOT NULL
) WITHOUT ROWID;
