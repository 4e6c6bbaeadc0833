-- One row a user; owned by the flow in routes/users. Key: id, a UUID version 7, so newest last.
-- Written and deleted by the routes of /api/users, each with its event in the same transaction. Grows with the users.
CREATE TABLE users (
    id         VARCHAR(36)  NOT NULL PRIMARY KEY,
    name       VARCHAR(200) NOT NULL,
    email      VARCHAR(254) NOT NULL,
    version    BIGINT       NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL
);
