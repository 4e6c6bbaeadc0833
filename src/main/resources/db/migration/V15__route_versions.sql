-- One row a content that a route file had, and what became of it. Key: path, number (1, 2, 3 … for each path).
-- Written by the hub that applied it, once for each content; deleted by nobody. Grows with edits. hash is SHA-256 of
-- content; content is absent where the file was removed; findings is JSON. Who, when and why: the audit of edits.
CREATE TABLE route_version (
    path     VARCHAR(255)  NOT NULL,
    number   INTEGER       NOT NULL,
    hash     VARCHAR(64)   NOT NULL,
    content  BYTEA,
    author   VARCHAR(255)  NOT NULL,
    note     VARCHAR(1000) NOT NULL,
    at       TIMESTAMP WITH TIME ZONE NOT NULL,
    result   VARCHAR(8)    NOT NULL,
    findings TEXT          NOT NULL,
    PRIMARY KEY (path, number)
);

-- One row a hub that runs routes. Key: name. Written by its heartbeat; deleted when silent for a minute, by any hub.
-- files is JSON, path to hash. Times are the database's, so that no hub's clock matters.
CREATE TABLE route_hub (
    name    VARCHAR(255) NOT NULL PRIMARY KEY,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    files   TEXT         NOT NULL
);
