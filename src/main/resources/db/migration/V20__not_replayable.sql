-- replayable: whether it can be sent back. What a route itself put into failure: is not what the route began with, and of some
-- messages that a broker dead-lettered nobody knows the queue.
ALTER TABLE failure ADD COLUMN replayable BOOLEAN DEFAULT TRUE NOT NULL;
UPDATE failure SET replayable = FALSE
    WHERE origin = 'queue:' OR origin LIKE 'route:%' AND properties NOT LIKE '%"type":"serai.input.%';
UPDATE failure SET status = 'DEAD', due_at = NULL WHERE NOT replayable AND status IN ('RETRYING', 'RESENT');

-- excluded: failures that matched the selection of a replay and could not be replayed.
ALTER TABLE job ADD COLUMN excluded BIGINT DEFAULT 0 NOT NULL;
