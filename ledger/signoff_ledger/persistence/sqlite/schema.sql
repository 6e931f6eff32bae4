-- A ledger in one file. `line` is the event; every other column is an index over it.
-- `position` is dense from 1 and is the rowid, so it cannot be reused while the triggers stand.
CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream   TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    type     TEXT    NOT NULL,
    line     BLOB    NOT NULL,
    leaf     BLOB    NOT NULL CHECK (length(leaf) = 32),
    UNIQUE (stream, version)
) STRICT;

CREATE INDEX events_by_type ON events (type, position);

-- Which command recorded which events; derived from the lines' own `cmd`.
CREATE TABLE commands (
    id       TEXT    NOT NULL UNIQUE,
    first    INTEGER PRIMARY KEY,
    last     INTEGER NOT NULL
) STRICT;

CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never updated'); END;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

-- INSERT OR REPLACE deletes without asking the trigger above, so it is refused here; so is an
-- event that leaves out another one of its stream.
CREATE TRIGGER events_are_appended_densely BEFORE INSERT ON events
WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM events)
    OR NEW.version <> (SELECT max(version) + 1 FROM events WHERE stream = NEW.stream)
BEGIN SELECT RAISE(ABORT, 'events are appended, each once, without gaps'); END;

CREATE TRIGGER commands_are_never_updated BEFORE UPDATE ON commands
BEGIN SELECT RAISE(ABORT, 'commands are never updated'); END;

CREATE TRIGGER commands_are_never_deleted BEFORE DELETE ON commands
BEGIN SELECT RAISE(ABORT, 'commands are never deleted'); END;

-- The same for commands: a replaced row would let a used id be used again.
CREATE TRIGGER commands_are_recorded_once BEFORE INSERT ON commands
WHEN EXISTS (SELECT 1 FROM commands WHERE id = NEW.id OR first = NEW.first)
BEGIN SELECT RAISE(ABORT, 'commands are recorded once'); END;

-- Roots of complete subtrees of 256 ** level leaves (RFC 6962, in tiles of height 8), so that a proof
-- need not read every leaf. Derived from `leaf`; verification makes them again.
CREATE TABLE nodes (
    level    INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER nodes_are_never_updated BEFORE UPDATE ON nodes
BEGIN SELECT RAISE(ABORT, 'nodes are never updated'); END;

CREATE TRIGGER nodes_are_never_deleted BEFORE DELETE ON nodes
BEGIN SELECT RAISE(ABORT, 'nodes are never deleted'); END;

CREATE TRIGGER nodes_are_appended_densely BEFORE INSERT ON nodes
WHEN NEW.number <> (SELECT coalesce(max(number), -1) + 1 FROM nodes WHERE level = NEW.level)
BEGIN SELECT RAISE(ABORT, 'nodes are appended, each once, without gaps'); END;

-- Signed checkpoints (C2SP tlog-checkpoint), each of a tree of `size` leaves.
CREATE TABLE checkpoints (
    size     INTEGER PRIMARY KEY,
    note     BLOB    NOT NULL
) STRICT;

CREATE TRIGGER checkpoints_are_never_updated BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are never updated'); END;

CREATE TRIGGER checkpoints_are_never_deleted BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;

CREATE TRIGGER checkpoints_are_kept_once BEFORE INSERT ON checkpoints
WHEN EXISTS (SELECT 1 FROM checkpoints WHERE size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'checkpoints are kept once'); END;

-- Signature lines that witnesses gave for a checkpoint (C2SP tlog-cosignature).
CREATE TABLE cosignatures (
    size     INTEGER NOT NULL REFERENCES checkpoints,
    line     TEXT    NOT NULL,
    PRIMARY KEY (size, line)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER cosignatures_are_never_updated BEFORE UPDATE ON cosignatures
BEGIN SELECT RAISE(ABORT, 'cosignatures are never updated'); END;

CREATE TRIGGER cosignatures_are_never_deleted BEFORE DELETE ON cosignatures
BEGIN SELECT RAISE(ABORT, 'cosignatures are never deleted'); END;
