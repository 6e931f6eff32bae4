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
    id       TEXT    PRIMARY KEY,
    first    INTEGER NOT NULL,
    last     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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
WHEN EXISTS (SELECT 1 FROM commands WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'commands are recorded once'); END;
