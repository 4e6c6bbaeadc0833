-- "IF NOT EXISTS": earlier hubs made these tables themselves.
-- One row a user. Key: id, a UUID version 7, so newest last.
-- Written and deleted by the routes of /api/users, each with its event in the same transaction. Grows with the users.
-- A name has up to 200 characters of any script. PostgreSQL counts characters, H2 counts UTF-16 units: up to two each.
CREATE TABLE IF NOT EXISTS users (
    id         VARCHAR(36)  NOT NULL PRIMARY KEY,
    name       VARCHAR(400) NOT NULL,
    email      VARCHAR(254) NOT NULL,
    version    BIGINT       NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL
);
