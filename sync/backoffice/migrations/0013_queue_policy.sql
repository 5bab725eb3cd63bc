-- A policy for some days lies over the one that was laid for good, which holds again after them.
ALTER TABLE queue_state ADD COLUMN policy_for_now TEXT NOT NULL DEFAULT '';
UPDATE queue_state SET policy_for_now = policy, policy = '' WHERE policy_until <> '';
