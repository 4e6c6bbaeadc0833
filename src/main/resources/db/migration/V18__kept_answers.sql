-- One row a POST with an Idempotency-Key (Idempotent Receiver): claimed before it is run, with its answer once it is done.
-- Key: SHA-256 of who sent it, method, path and key. fingerprint: SHA-256 of what it asks for, so that the key cannot stand
-- for another request. claim: the run that may keep the answer; once claimed_until has passed without a status there may
-- be another. body is NULL where the answer was too large to be kept. Times are the database's. Deleted after
-- serai.gateway.idempotency.retention. Grows with the requests that carry a key.
CREATE TABLE kept_answer (
    request       VARCHAR(64) NOT NULL PRIMARY KEY,
    fingerprint   VARCHAR(64) NOT NULL,
    claim         VARCHAR(64) NOT NULL,
    claimed_until TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    status        INTEGER,
    headers       TEXT,
    body          BYTEA
);
CREATE INDEX kept_answer_age ON kept_answer (expires_at);
