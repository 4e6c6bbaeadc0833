-- Failures of ordered subscriptions hold their queue back, an open circuit breaker postpones, and routes are run again.
-- delivery: the last delivery that failed, 0 the first. round: of these the ones that count, 0 the first: an open circuit
-- breaker only postpones. postponed: how often it did. held: the subscription's queue stands until this one is dealt with.
-- begun: the delivery that a hub began last to run in a route; the same again means that the one before did not end.
ALTER TABLE failure ADD COLUMN delivery INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE failure ADD COLUMN postponed INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE failure ADD COLUMN held BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE failure ADD COLUMN begun INTEGER DEFAULT 0 NOT NULL;
UPDATE failure SET delivery = round;
