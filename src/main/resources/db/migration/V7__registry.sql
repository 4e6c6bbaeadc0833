-- One row an instance of a service that was announced. Key: name, instance.
-- Written by each heartbeat, of hubs for their own and of others over HTTP; deleted when withdrawn, or a day after it went
-- silent. At most serai.registry.max-instances. Times are the database's, so that nobody's clock matters.
CREATE TABLE service_instance (
    name        VARCHAR(64)  NOT NULL,
    instance    VARCHAR(128) NOT NULL,
    address     VARCHAR(512) NOT NULL,
    health      VARCHAR(8)   NOT NULL,
    ttl_seconds INTEGER      NOT NULL,
    last_seen   TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (name, instance)
);

-- One row a shipment; owned by the service in routes/fulfilment. Key: the Idempotency-Key of the request that made it, so
-- that a repeat finds it. lines is JSON, [{"sku", "quantity"}]. Written once, deleted by nobody. Grows with the orders.
CREATE TABLE shipment (
    idempotency_key VARCHAR(255) NOT NULL PRIMARY KEY,
    shipment_id     VARCHAR(36)  NOT NULL,
    order_id        VARCHAR(64)  NOT NULL,
    carrier         VARCHAR(64)  NOT NULL,
    shipped_at      TIMESTAMP WITH TIME ZONE NOT NULL,
    lines           TEXT         NOT NULL
);
CREATE INDEX shipment_order ON shipment (order_id);
