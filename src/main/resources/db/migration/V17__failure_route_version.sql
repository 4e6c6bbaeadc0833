-- route_version: of the route it failed in last: the hash of the file the route was made of, 64 characters; null where
-- no file made the route, or it failed before routes had versions.
ALTER TABLE failure ADD COLUMN route_version TEXT;
