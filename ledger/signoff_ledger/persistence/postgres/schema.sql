-- A ledger in one database. `line` is the event; every other column is an index over it.
-- Everything stands in the schema `signoff`, which its owner made; what is derived from the events
-- for quick answers stands in `signoff_views`, in tables that `signoff.derive` makes for whoever fills
-- them. Nobody but the owner can put anything else there: it would run with its reader's rights.
CREATE SCHEMA signoff;
CREATE SCHEMA signoff_views;

-- A row for each format that the ledger has had, the first put there when it is whole: a restore
-- that was broken off leaves none.
CREATE TABLE signoff.about (
    format integer NOT NULL
);

CREATE TABLE signoff.events (
    position bigint  PRIMARY KEY,
    stream   uuid    NOT NULL,
    version  integer NOT NULL,
    type     text    COLLATE "C" NOT NULL,
    line     bytea   NOT NULL,
    -- The leaf hash of RFC 6962, made by the database so that nobody can hand in another one.
    leaf     bytea   NOT NULL GENERATED ALWAYS AS (sha256(E'\\x00'::bytea || line)) STORED,
    UNIQUE (stream, version)
);

CREATE INDEX events_by_type ON signoff.events (type, position);

-- Which command recorded which events; derived from the lines' own `cmd`.
CREATE TABLE signoff.commands (
    id       text   COLLATE "C" PRIMARY KEY,
    first    bigint NOT NULL,
    last     bigint NOT NULL
);

-- Roots of complete subtrees of 256 ** level leaves (RFC 6962, in tiles of height 8), so that a proof
-- need not read every leaf. Derived from `leaf`; verification makes them again.
CREATE TABLE signoff.nodes (
    level    integer NOT NULL,
    number   bigint  NOT NULL,
    hash     bytea   NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, number)
);

-- Signed checkpoints (C2SP tlog-checkpoint), each of a tree of `size` leaves.
CREATE TABLE signoff.checkpoints (
    size     bigint PRIMARY KEY,
    note     bytea  NOT NULL
);

-- Signature lines that witnesses gave for a checkpoint (C2SP tlog-cosignature).
CREATE TABLE signoff.cosignatures (
    size     bigint NOT NULL REFERENCES signoff.checkpoints,
    line     text   COLLATE "C" NOT NULL,
    PRIMARY KEY (size, line)
);

-- Folds the hashes of 256 neighbours into the root over them (RFC 6962 section 2.1).
CREATE FUNCTION signoff.folded(hashes bytea[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    width integer := cardinality(hashes);
BEGIN
    WHILE width > 1 LOOP
        width := width / 2;
        FOR i IN 1 .. width LOOP
            hashes[i] := sha256(E'\\x01'::bytea || hashes[2 * i - 1] || hashes[2 * i]);
        END LOOP;
    END LOOP;
    RETURN hashes[1];
END $$;

-- Keeps the subtree roots that became complete between two sizes of the log.
CREATE FUNCTION signoff.grow(old_size bigint, new_size bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    of_level integer := 1;
    width    bigint  := 256;
    below    bytea[];
BEGIN
    WHILE width <= new_size LOOP
        FOR place IN old_size / width .. new_size / width - 1 LOOP
            IF of_level = 1 THEN
                SELECT array_agg(e.leaf ORDER BY e.position) INTO below FROM signoff.events AS e
                WHERE e.position > place * 256 AND e.position <= place * 256 + 256;
            ELSE
                SELECT array_agg(n.hash ORDER BY n.number) INTO below FROM signoff.nodes AS n
                WHERE n.level = of_level - 1
                    AND n.number >= place * 256 AND n.number < place * 256 + 256;
            END IF;
            INSERT INTO signoff.nodes VALUES (of_level, place, signoff.folded(below));
        END LOOP;
        of_level := of_level + 1;
        width := width * 256;
    END LOOP;
END $$;

-- Whatever way rows come in: positions and versions without gaps, then the tree, then a word to
-- those who wait. Unique keys refuse what is there already.
-- It runs as the owner, because nobody else may write the tree.
CREATE FUNCTION signoff.take_appended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first bigint;
    last  bigint;
    many  bigint;
BEGIN
    SELECT min(a.position), max(a.position), count(*) INTO first, last, many FROM added AS a;
    IF many = 0 THEN
        RETURN NULL;
    END IF;
    IF last - first + 1 <> many OR first < 1
        OR (first > 1 AND NOT EXISTS (SELECT FROM signoff.events WHERE position = first - 1))
        OR EXISTS (
            -- What comes to a stream has no gap, and follows its last event or is its first.
            SELECT FROM (
                SELECT a.stream, min(a.version) AS low, max(a.version) AS high, count(*) AS many
                FROM added AS a GROUP BY a.stream
            ) AS s
            WHERE s.high - s.low + 1 <> s.many OR s.low - 1 <> (
                SELECT coalesce(max(e.version), least(s.low - 1, 0)) FROM signoff.events AS e
                WHERE e.stream = s.stream AND e.version NOT BETWEEN s.low AND s.high
            )
        )
    THEN
        RAISE integrity_constraint_violation
            USING MESSAGE = 'events are appended, each once, without gaps';
    END IF;
    PERFORM signoff.grow(first - 1, last);
    PERFORM pg_notify('signoff', last::text);
    RETURN NULL;
END $$;

CREATE TRIGGER events_are_appended_densely AFTER INSERT ON signoff.events
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION signoff.take_appended();

-- Lets the transaction's end wait for the disk, and say if it did not wait for a standby, whatever
-- the role or the database is set to.
CREATE FUNCTION signoff.durably() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    IF current_setting('client_min_messages') = 'error' THEN
        PERFORM set_config('client_min_messages', 'warning', true);
    END IF;
END $$;

-- Waits for whoever is appending, and gives the log's size then. Positions are given out under this
-- lock alone, which ends with the transaction: a reader that has seen one has seen all before it.
CREATE FUNCTION signoff.turn(seen_streams uuid[], seen_versions integer[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '30s' AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid = 'signoff.events'::regclass) THEN
        -- What is recorded here would take the place of what the publisher sends next.
        RAISE read_only_sql_transaction
            USING MESSAGE = 'a subscription fills this ledger from another server';
    END IF;
    PERFORM signoff.durably();
    PERFORM pg_advisory_xact_lock(23445389448794694); -- "SIGNOFF" in ASCII
    IF EXISTS (
        SELECT FROM unnest(seen_streams, seen_versions) AS seen (stream, version)
        WHERE seen.version <> (
            SELECT coalesce(max(e.version), 0) FROM signoff.events AS e
            WHERE e.stream = seen.stream
        )
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'a stream moved on meanwhile';
    END IF;
    RETURN (SELECT coalesce(max(position), 0) FROM signoff.events);
END $$;

-- Appends events, all or none; gives the log's size before.
CREATE FUNCTION signoff.append(
    command_id text, seen_streams uuid[], seen_versions integer[],
    streams uuid[], versions integer[], types text[], lines bytea[]
) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    size bigint := signoff.turn(seen_streams, seen_versions);
BEGIN
    INSERT INTO signoff.events (position, stream, version, type, line)
    SELECT size + row.place, row.stream, row.version, row.type, row.line
    FROM unnest(streams, versions, types, lines)
        WITH ORDINALITY AS row (stream, version, type, line, place);
    IF command_id IS NOT NULL THEN
        INSERT INTO signoff.commands VALUES (command_id, size + 1, size + cardinality(lines));
    END IF;
    RETURN size;
END $$;

-- Makes or drops a table of what is derived from the events: names, two types, keys and indexes, and
-- no expression, so that nothing in it ever runs. Whoever may append may fill it, and whoever may
-- read the events may read it.
CREATE FUNCTION signoff.derive(statement text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made     text;
    member   oid;
    may_fill boolean;
BEGIN
    IF statement COLLATE "C" !~ (
        '^(DROP TABLE IF EXISTS signoff_views[.]view_[a-z]+'
        '|CREATE INDEX view_[a-z]+_[0-9]+ ON signoff_views[.]view_[a-z]+ [(][a-z_, ]+[)]'
        '|CREATE TABLE signoff_views[.]view_[a-z]+'
        ' [(]([a-z_]+ (BIGINT|TEXT COLLATE "C")( NOT NULL)?, )+PRIMARY KEY [(][a-z_, ]+[)][)])$'
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'only plain tables are derived';
    END IF;
    EXECUTE statement;
    made := substring(statement FROM '^CREATE TABLE (signoff_views[.]view_[a-z]+) ');
    IF made IS NOT NULL THEN
        FOR member, may_fill IN
            SELECT acl.grantee, bool_or(acl.privilege_type = 'INSERT')
            FROM pg_class AS c, aclexplode(c.relacl) AS acl
            WHERE c.oid = 'signoff.events'::regclass AND acl.grantee <> 0
                AND acl.privilege_type IN ('SELECT', 'INSERT')
            GROUP BY acl.grantee
        LOOP
            EXECUTE format(
                'GRANT %s ON %s TO %I',
                CASE WHEN may_fill THEN 'SELECT, INSERT, UPDATE, DELETE' ELSE 'SELECT' END,
                made, pg_get_userbyid(member)
            );
        END LOOP;
    END IF;
END $$;

CREATE FUNCTION signoff.refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege
        USING MESSAGE = format('%s are never updated or deleted', TG_TABLE_NAME);
END $$;

-- The owner, too, has to take these away first.
CREATE TRIGGER about_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON signoff.about
FOR EACH STATEMENT EXECUTE FUNCTION signoff.refuse();
CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON signoff.events
FOR EACH STATEMENT EXECUTE FUNCTION signoff.refuse();
CREATE TRIGGER commands_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON signoff.commands
FOR EACH STATEMENT EXECUTE FUNCTION signoff.refuse();
CREATE TRIGGER nodes_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON signoff.nodes
FOR EACH STATEMENT EXECUTE FUNCTION signoff.refuse();
CREATE TRIGGER checkpoints_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON signoff.checkpoints
FOR EACH STATEMENT EXECUTE FUNCTION signoff.refuse();
CREATE TRIGGER cosignatures_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON signoff.cosignatures
FOR EACH STATEMENT EXECUTE FUNCTION signoff.refuse();

-- For the trigger that `signoff move` puts before the events of a ledger that it carried elsewhere.
CREATE FUNCTION signoff.refuse_moved() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE integrity_constraint_violation USING MESSAGE = TG_ARGV[0];
END $$;
