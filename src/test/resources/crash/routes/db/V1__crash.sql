-- One row an effect of the subscriptions "once" and "replayed", without a key on purpose: an effect that happens twice is two rows.
CREATE TABLE crash_effect (
    event_id TEXT NOT NULL
);
