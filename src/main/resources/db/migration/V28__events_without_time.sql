-- An event has a time only where its publisher has said one: null in the log. In the outbox "timeless" says so, and time is when
-- the row was written: a hub of the version before, beside this one, reads the column and would publish that time.
-- Extensions are a JSON object of texts, booleans and integers in both tables; hubs and rows of before have texts only.
ALTER TABLE event_log ALTER COLUMN time DROP NOT NULL;
ALTER TABLE outbox ADD COLUMN timeless BOOLEAN DEFAULT FALSE NOT NULL;
