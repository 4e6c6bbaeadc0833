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
