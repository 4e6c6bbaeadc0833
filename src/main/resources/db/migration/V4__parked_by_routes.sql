-- What a route parks in its transaction goes the same way as the events it publishes: failure holds the facts, a JSON object
-- of header names and texts, and is null for an event.
ALTER TABLE outbox ADD COLUMN failure TEXT;
