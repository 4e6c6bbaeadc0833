-- named: people have named the failures by id, and may so decide about what seems to be lost. skipped: items that somebody else
-- had dealt with before they could be let go.
ALTER TABLE job ADD COLUMN named BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE job ADD COLUMN skipped BIGINT DEFAULT 0 NOT NULL;

-- state: MARKED, RELEASED or SKIPPED; of those released then RESOLVED, FAILED, DISCARDED or TAKEN (discarded or edited by
-- another decision). counted: how many deliveries of the failure had counted when it was released; null before that.
ALTER TABLE job_item ADD COLUMN counted INTEGER;
