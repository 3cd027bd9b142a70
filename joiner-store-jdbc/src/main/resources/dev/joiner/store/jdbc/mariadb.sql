-- Joins in progress, for MariaDB 10.6 or later. Times are epoch milliseconds.
CREATE TABLE joiner_joins (
    namespace  VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    join_key   VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    version    BIGINT       NOT NULL,
    state      LONGBLOB     NOT NULL,
    join_value LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, -- of the oldest join here, if it is text; the end of the state then
    due_at     BIGINT,                -- when a sweep has to look at it; null: never
    first_at   BIGINT,                -- when the oldest message here arrived
    open_parts INTEGER      NOT NULL, -- messages in the join that waits
    in_flight  INTEGER      NOT NULL, -- joins that are being handed over, wait for another attempt, or are parked
    attempts   INTEGER      NOT NULL, -- the most attempts that any of those has had
    last_error VARCHAR(500) CHARACTER SET utf8mb4, -- what the last failed attempt threw
    PRIMARY KEY (namespace, join_key),
    INDEX joiner_joins_due (namespace, due_at)
) ENGINE = InnoDB COMMENT = 'joiner format 1';

-- What joins that collect have collected, one row for each part, kept apart from the state so that one more costs the same however
-- many there are. A row goes with the state that counts it.
CREATE TABLE joiner_joins_parts (
    namespace  VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    join_key   VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    number     BIGINT       NOT NULL, -- of the join, as its state has it
    position   INTEGER      NOT NULL, -- in the order of arrival, from 0
    id         VARBINARY(500),        -- of the message, if the spec says so: as UTF-8, since an index has no room for more letters
    part       LONGBLOB,              -- null: the join has ended, and only the id is kept
    PRIMARY KEY (namespace, join_key, number, position),
    UNIQUE INDEX joiner_joins_parts_id (namespace, join_key, number, id)
) ENGINE = InnoDB COMMENT = 'joiner format 1';
