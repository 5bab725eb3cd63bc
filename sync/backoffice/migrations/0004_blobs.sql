-- Scans that have arrived whole and checked; their bytes are files in DATA/blobs.
CREATE TABLE blobs (
    sha TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    media TEXT NOT NULL,        -- as seen in the bytes
    device TEXT NOT NULL,       -- who brought it first
    received_at TEXT NOT NULL
);

-- Which pages lie with which material of a case, filled when its facts are applied.
CREATE TABLE case_pages (
    case_id TEXT NOT NULL,
    material TEXT NOT NULL,
    page INTEGER NOT NULL,      -- 1, 2, 3…
    sha TEXT NOT NULL,
    there INTEGER NOT NULL,     -- 1 once its scan has arrived
    PRIMARY KEY (case_id, material, page)
);
CREATE INDEX case_pages_sha ON case_pages (sha);
CREATE INDEX case_pages_lacking ON case_pages (case_id) WHERE there = 0;

-- Scans of known pages that were sent and not taken: people must see them.
CREATE TABLE refused_blobs (
    sha TEXT PRIMARY KEY,
    code TEXT NOT NULL,
    device TEXT NOT NULL,
    refused_at TEXT NOT NULL
);
