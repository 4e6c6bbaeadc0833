-- One row a route whose poll, timer or queue fails in a hub. Key: hub, route. Written and deleted with its hub's row. Tens.
CREATE TABLE ledger_failing_input (
    hub   VARCHAR(64)   NOT NULL REFERENCES ledger_hub (hub) ON DELETE CASCADE,
    route VARCHAR(255)  NOT NULL,
    cause VARCHAR(1000) NOT NULL,
    PRIMARY KEY (hub, route)
);
