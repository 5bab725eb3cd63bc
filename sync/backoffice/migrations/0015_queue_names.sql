-- Masked names of the day, only where the hall shows them on its board.
CREATE TABLE queue_names (
    ticket TEXT NOT NULL PRIMARY KEY,
    day TEXT NOT NULL,
    name TEXT NOT NULL
);
