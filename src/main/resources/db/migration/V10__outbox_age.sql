-- How long the oldest row has waited tells people whether the outbox drains. Judged by the database's clock.
ALTER TABLE outbox ADD COLUMN written_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP;
