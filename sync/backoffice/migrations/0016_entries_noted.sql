-- One index of the few entries that are looked for by what they are, instead of four: each row
-- that comes in is held against each partial index.
DROP INDEX entries_exceptions;
DROP INDEX entries_parked;
DROP INDEX entries_demands;
DROP INDEX entries_orders;
CREATE INDEX entries_noted ON entries (arrival)
    WHERE outcome IN ('refused', 'parked') OR outcome = 'parked'
    OR kind = 'DemandRefused' OR kind = 'OrderGiven';
