-- What is due of one origin in its order, and the origins themselves, without reading all that is due.
CREATE INDEX failure_due_of_origin ON failure (origin, due_at);

-- What a job has yet to let go, in its order, without reading what it has let go.
CREATE INDEX job_item_to_do ON job_item (job_id, state, failure_id);
DROP INDEX job_item_in_state;
