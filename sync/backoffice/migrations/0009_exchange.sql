-- What was given to the national platform, row by row: the same batch can be given again, and the
-- next one says only what has changed.

ALTER TABLE exchange_batches ADD COLUMN written INTEGER NOT NULL DEFAULT 0; -- 1 once its files are

CREATE TABLE exchange_rows (
    batch INTEGER NOT NULL,
    place INTEGER NOT NULL,                -- 1, 2, 3… in the batch
    case_id TEXT NOT NULL,
    sheet TEXT NOT NULL,                   -- name of the exchange table
    guid TEXT NOT NULL,
    operation TEXT NOT NULL,               -- insert, update, delete
    body TEXT NOT NULL,                    -- JSON: column to value, without those of the transport
    PRIMARY KEY (batch, place)
);
CREATE INDEX exchange_rows_case ON exchange_rows (case_id, batch);

-- Accepted cases that cannot go yet, and why.
CREATE TABLE exchange_lacking (
    case_id TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    faults TEXT NOT NULL,                  -- JSON
    since TEXT NOT NULL
);
