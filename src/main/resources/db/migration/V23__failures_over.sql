-- What has ended is forgotten after its time, without reading all that has ended.
CREATE INDEX failure_over ON failure (ended_at);
