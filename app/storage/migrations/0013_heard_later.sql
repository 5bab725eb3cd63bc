-- A ticket that is not here yet is asked for again once it is: nothing waits for its lease.
DROP INDEX heard_open;
ALTER TABLE heard_acts DROP COLUMN open;
