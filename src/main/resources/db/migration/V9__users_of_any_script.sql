-- A name has up to 200 characters of any script. PostgreSQL counts characters, H2 counts UTF-16 units: up to two each.
ALTER TABLE users ALTER COLUMN name SET DATA TYPE VARCHAR(400);
