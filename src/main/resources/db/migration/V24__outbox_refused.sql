-- refused: why the broker does not take the row, say for its size; null for a row that waits to be relayed. Such a row stays
-- where it is, so that its body is not lost, and those behind it go. Written by the relay; reset when a hub begins to relay.
ALTER TABLE outbox ADD COLUMN refused TEXT;
