-- One row for each hub process: whether it lives, and on which message it may die.
-- seen_at: renewed every second. A hub that stops in order deletes its row; a row that is no longer renewed is of one that died.
-- trial: the message that it tries alone, since it was in hand when a hub died before; null while there is none.
-- Rows of hubs that died are kept for an hour, those with a trial for seven days.
CREATE TABLE hub_life (
    id      VARCHAR(36)              PRIMARY KEY,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    trial   VARCHAR(36)
);
CREATE INDEX hub_life_trial ON hub_life (trial);
