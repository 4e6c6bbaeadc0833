-- Who announced an instance: a hub its own, or somebody over HTTP. Credentials of the hub go to its own only.
-- A hub of an earlier version does not say; its instances count as announced by somebody.
ALTER TABLE service_instance ADD COLUMN by_hub boolean NOT NULL DEFAULT FALSE;
