-- One row an event that crossed the hub (Message Store). Key: position, without gaps, in the order of commit; unique by id
-- and source. Written by the subscriber event-log, in batches; deleted, oldest first, after serai.eventlog.retention.
-- Grows with traffic: about 1 KB and the body each. stored_at never falls as position rises, so it needs no index.
-- time is kept as the text it came as (RFC 3339), since the databases round below the microsecond; extensions is a JSON
-- object of strings, or null for none; data is the body as it came, empty for none.
CREATE TABLE event_log (
    position        BIGINT       NOT NULL PRIMARY KEY,
    id              VARCHAR(255) NOT NULL,
    source          VARCHAR(512) NOT NULL,
    type            VARCHAR(255) NOT NULL,
    subject         VARCHAR(512),
    time            VARCHAR(35)  NOT NULL,
    datacontenttype VARCHAR(255),
    dataschema      VARCHAR(512),
    extensions      TEXT,
    data            BYTEA        NOT NULL,
    stored_at       TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT event_log_id UNIQUE (id, source)
);

-- What happened to one thing, newest first. There is none by type: types are few, and a scan is bounded in time.
CREATE INDEX event_log_subject ON event_log (subject, position);

-- The one row that says how far the log reaches. Whoever appends locks it first, which makes position order commit order.
-- Written with every batch; never deleted, and its position never goes back, whatever is purged.
CREATE TABLE event_log_head (
    one       INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    position  BIGINT  NOT NULL,
    stored_at TIMESTAMP WITH TIME ZONE NOT NULL
);
INSERT INTO event_log_head (one, position, stored_at) VALUES (1, 0, CURRENT_TIMESTAMP);
