-- route_version: of the route that publishes the event: the hash of the file the route was made of, 64 characters; null where
-- no file made the route, or no route publishes it.
ALTER TABLE outbox ADD COLUMN route_version TEXT;
