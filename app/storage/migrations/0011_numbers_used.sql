-- How many case numbers were given out here on a day: how long those that are leased will last.
CREATE TABLE numbers_used (
    day  TEXT    NOT NULL UNIQUE,
    used INTEGER NOT NULL
);
