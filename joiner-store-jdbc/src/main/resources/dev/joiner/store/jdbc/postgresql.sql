-- Joins in progress, for PostgreSQL 12 or later. Times are epoch milliseconds.
CREATE TABLE joiner_joins (
    namespace  VARCHAR(100) COLLATE "C" NOT NULL,
    join_key   VARCHAR(500) COLLATE "C" NOT NULL,
    version    BIGINT       NOT NULL,
    state      BYTEA        NOT NULL,
    join_value TEXT,                  -- of the oldest join here, if it is text; the end of the state then
    due_at     BIGINT,                -- when a sweep has to look at it; null: never
    first_at   BIGINT,                -- when the oldest message here arrived
    open_parts INTEGER      NOT NULL, -- messages in the join that waits
    in_flight  INTEGER      NOT NULL, -- joins that are being handed over, wait for another attempt, or are parked
    attempts   INTEGER      NOT NULL, -- the most attempts that any of those has had
    last_error VARCHAR(500),          -- what the last failed attempt threw
    PRIMARY KEY (namespace, join_key)
);
-- An expression, so that PostgreSQL cannot take this index for a key, nor the primary key for what is due: as long as it
-- has not analyzed the table, it takes them for equally good, and reads the whole namespace.
CREATE INDEX joiner_joins_due ON joiner_joins ((namespace || ''), due_at) WHERE due_at IS NOT NULL;
COMMENT ON TABLE joiner_joins IS 'joiner format 1';

-- What joins that collect have collected, one row for each part, kept apart from the state so that one more costs the same however
-- many there are. A row goes with the state that counts it.
CREATE TABLE joiner_joins_parts (
    namespace  VARCHAR(100) COLLATE "C" NOT NULL,
    join_key   VARCHAR(500) COLLATE "C" NOT NULL,
    number     BIGINT       NOT NULL, -- of the join, as its state has it
    position   INTEGER      NOT NULL, -- in the order of arrival, from 0
    id         VARCHAR(500) COLLATE "C", -- of the message, if the spec says so
    part       BYTEA,                 -- null: the join has ended, and only the id is kept
    PRIMARY KEY (namespace, join_key, number, position)
);
-- An expression for the same reason: by the primary key, all parts of a join would be read to find one id.
CREATE UNIQUE INDEX joiner_joins_parts_id ON joiner_joins_parts ((namespace || ''), join_key, number, id) WHERE id IS NOT NULL;
COMMENT ON TABLE joiner_joins_parts IS 'joiner format 1';
