-- "IF NOT EXISTS": earlier hubs made these tables themselves.
-- One row a SKU, as the warehouse host last counted it. Key: sku.
-- Written by the subscription store-stock, with stock.low in the same transaction; never deleted. Grows with the SKUs.
-- sequence is the host's: what is not newer changes nothing. low_since is the sequence of the count that fell below the
-- threshold, null while there is enough; it tells the crossing, for which stock is ordered once.
CREATE TABLE IF NOT EXISTS stock (
    sku        VARCHAR(40) NOT NULL PRIMARY KEY,
    warehouse  VARCHAR(8)  NOT NULL,
    quantity   BIGINT      NOT NULL,
    sequence   BIGINT      NOT NULL,
    counted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    stored_at  TIMESTAMP WITH TIME ZONE NOT NULL,
    low_since  BIGINT
);
