-- "IF NOT EXISTS": earlier hubs made these tables themselves.
-- One row a shipment. Key: the Idempotency-Key of the request that made it, so
-- that a repeat finds it. lines is JSON, [{"sku", "quantity"}]. Written once, deleted by nobody. Grows with the orders.
CREATE TABLE IF NOT EXISTS shipment (
    idempotency_key VARCHAR(255) NOT NULL PRIMARY KEY,
    shipment_id     VARCHAR(36)  NOT NULL,
    order_id        VARCHAR(64)  NOT NULL,
    carrier         VARCHAR(64)  NOT NULL,
    shipped_at      TIMESTAMP WITH TIME ZONE NOT NULL,
    lines           TEXT         NOT NULL
);
CREATE INDEX IF NOT EXISTS shipment_order ON shipment (order_id);
