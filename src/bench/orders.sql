-- One row an order that was accepted and stored. Key: the order's id. Made and dropped by run.sh.
CREATE TABLE bench_order (
    id        VARCHAR(200) NOT NULL PRIMARY KEY,
    body      JSONB        NOT NULL,
    stored_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP
);
