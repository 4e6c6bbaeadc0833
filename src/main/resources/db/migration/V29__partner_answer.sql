-- Of a failure whose cause is the answer of another system to an HTTP call: its status, and the first 4 KB of its body as text,
-- secrets masked; of a binary body size and media type in words. Null for any other cause.
ALTER TABLE failure ADD COLUMN partner_status INTEGER;
ALTER TABLE failure ADD COLUMN partner_answer TEXT;
