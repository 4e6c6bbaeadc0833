-- A hub is called by serai.hub.name everywhere. hub_life.id and lease.holder are that name, a slash and an id of the process.
ALTER TABLE hub_life ALTER COLUMN id SET DATA TYPE VARCHAR(128);
-- Which hub took the decision; null for those taken before.
ALTER TABLE failure_audit ADD COLUMN hub VARCHAR(64);
