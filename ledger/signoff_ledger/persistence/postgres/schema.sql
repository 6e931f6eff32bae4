-- A ledger in one database. `line` is the event; every other column is an index over it.
-- Everything stands in the schema `signoff`, which its owner made; what is derived from the events
-- for quick answers stands in `signoff_views`, in tables that `signoff.derive` makes for the
-- roles that fill them. The owner alone can put anything else there: it would run with its reader's
-- rights.
CREATE SCHEMA signoff;
CREATE SCHEMA signoff_views;

-- A row for each format that the ledger has had, the first put there when it is whole: a restore
-- that was broken off leaves none.
CREATE TABLE signoff.about (
    format integer NOT NULL
);

-- The wire names of the events that a line may hold, from the program's catalogue.
CREATE TABLE signoff.event_types (
    type     text    COLLATE "C" PRIMARY KEY
);

CREATE TABLE signoff.events (
    position bigint  PRIMARY KEY,
    stream   uuid    NOT NULL,
    version  integer NOT NULL,
    type     text    COLLATE "C" NOT NULL,
    line     bytea   NOT NULL,
    -- The leaf hash of RFC 6962, made by the database, so that a client cannot hand in another one.
    leaf     bytea   NOT NULL GENERATED ALWAYS AS (sha256(E'\\x00'::bytea || line)) STORED,
    UNIQUE (stream, version)
);

CREATE INDEX events_by_type ON signoff.events (type, position);

-- Which command recorded which events; derived from the lines' own `cmd` as they arrive.
CREATE TABLE signoff.commands (
    id       text   COLLATE "C" PRIMARY KEY,
    first    bigint NOT NULL UNIQUE,
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
    root     bytea;
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
            root := signoff.folded(below);
            INSERT INTO signoff.nodes VALUES (of_level, place, root);
            PERFORM signoff.check_kept(EXISTS (
                SELECT FROM signoff.nodes AS n
                WHERE n.level = of_level AND n.number = place AND n.hash = root
            ));
        END LOOP;
        of_level := of_level + 1;
        width := width * 256;
    END LOOP;
END $$;

-- Whatever way rows come in: positions and versions without gaps, then the tree, then a word to
-- those who wait. Unique keys refuse what is there already.
CREATE FUNCTION signoff.take_appended() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
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

-- Says whether an event's data is spelt as canonical JSON (`docs/reference/line-format.md`).
CREATE FUNCTION signoff.is_canonical(data text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parts    text[];
    outside  text;
    key      text;
    brackets text;
    depth    integer := 0;
    names    text[]  := '{}';
BEGIN
    -- Written again by the server: without spaces between, texts escaped where they must be, and no
    -- member that is null. Order of members and numbers it leaves as they are.
    IF json_strip_nulls(data::json)::text <> data THEN
        RETURN false;
    END IF;
    -- Once escapes are out of the way, every other part between quotes stands outside of texts.
    IF position(E'\\' IN data) > 0 THEN
        data := regexp_replace(data, E'\\\\.', E'\x01', 'g');
    END IF;
    parts := string_to_array(data, '"');
    FOR i IN 1 .. cardinality(parts) BY 2 LOOP
        outside := parts[i];
        CONTINUE WHEN outside = ',';
        IF outside ^@ ':' THEN
            key := parts[i - 1];
            IF key COLLATE "C" <= names[depth] OR key ~ E'[^\\x20-\\x7e]' THEN
                RETURN false;
            END IF;
            names[depth] := key;
            CONTINUE WHEN outside = ':';
        END IF;
        -- A whole number below 2**53, in its one spelling, and no null.
        IF outside ~ '[0-9][.eE]|-0|n' OR outside ~ '[0-9]{16}' AND EXISTS (
            SELECT FROM regexp_matches(outside, '[0-9]{16,}', 'g') AS long
            WHERE long[1]::numeric >= 9007199254740992
        ) THEN
            RETURN false;
        END IF;
        brackets := translate(outside, ':,-0123456789aeflrstu', '');
        FOR j IN 1 .. length(brackets) LOOP
            IF substr(brackets, j, 1) IN ('{', '[') THEN
                depth := depth + 1;
                names[depth] := NULL;
            ELSE
                depth := depth - 1;
            END IF;
            IF depth > 15 THEN
                RETURN false;
            END IF;
        END LOOP;
    END LOOP;
    RETURN true;
END $$;

-- Gives a pattern for data of the same members in the same order, with other texts and other numbers
-- in them; null where it would fit more than that. All digits are 0 in it, and many are one.
CREATE FUNCTION signoff.likeness(alike text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN alike !~ '[{[,]":|"[^"]*0[^"]*":|[:[,]-' THEN
    regexp_replace(replace(replace(alike, '%', E'\\%'), '_', E'\\_'), '":"[^"]*"', '":"%"', 'g')
END;

-- Whatever way rows come in: each is a line of the ledger's format behind the one before it in its
-- stream, and its columns say what it says. Which command recorded it follows from the lines.
CREATE FUNCTION signoff.take_lines() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    heads   CONSTANT text :=
        E'^\\{"at":"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}\\.[0-9]{6}Z",'
        '"by":"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}",'
        '"cmd":"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}#[0-9a-f]{16}","data":$';
    row     record;
    head    text   := '';
    command text;
    opening bigint;
    last    bigint;
    known   text[] := '{}';
BEGIN
    IF EXISTS (
        SELECT FROM added AS a WHERE octet_length(a.line) > 1048576
            OR a.type NOT IN (SELECT t.type FROM signoff.event_types AS t)
    ) THEN
        RAISE data_exception USING MESSAGE = 'an event is of an unknown type, or is too long';
    END IF;
    FOR row IN
        -- A line is its head, up to the data; these; and its tail, which is known beforehand. Each
        -- part is made once: OFFSET keeps the planner from making it wherever it is asked for.
        SELECT d.*, split_part(split_part(d.head, '"cmd":"', -1), '#', 1) AS command,
            -- Of many that differ in texts and numbers alone, one is looked at member by member:
            -- without escapes, what has as many quotes and is like another one has its members.
            CASE WHEN strpos(d.data, E'\\') = 0 AND strpos(d.zeros, '0000000000000000') = 0 THEN
                replace(replace(d.zeros, '00', '0'), '00', '0')
                || cardinality(string_to_array(d.data, '"'))
            END AS alike
        FROM (
            SELECT e.*, replace(replace(replace(replace(replace(replace(replace(replace(replace(
                e.data, '1', '0'), '2', '0'), '3', '0'), '4', '0'), '5', '0'), '6', '0'),
                '7', '0'), '8', '0'), '9', '0') AS zeros
            FROM (
                SELECT c.position, c.head, right(c.spelt, length(c.tail)) = c.tail AS follows,
                    substr(c.spelt, length(c.head) + 1, greatest(
                        length(c.spelt) - length(c.head) - length(c.tail), 0
                    )) AS data
                FROM (
                    SELECT b.position, b.spelt,
                        left(b.spelt, strpos(b.spelt, '"data":{') + 6) AS head,
                        CASE WHEN b.version = 1 THEN ''
                            ELSE ',"prev":"' || encode(b.prev, 'hex') || '"' END
                        || ',"stream":"' || b.stream || '","type":"' || b.type
                        || '","v":1,"version":' || b.version || '}' AS tail
                    FROM (
                        SELECT a.position, a.stream, a.version, a.type,
                            convert_from(a.line, 'UTF8') AS spelt,
                            CASE WHEN a.version = 1 THEN NULL
                                WHEN lag(a.stream) OVER place = a.stream
                                    AND lag(a.version) OVER place = a.version - 1
                                THEN lag(a.leaf) OVER place
                                ELSE (
                                    SELECT p.leaf FROM signoff.events AS p
                                    WHERE p.stream = a.stream AND p.version = a.version - 1
                                        AND p.position < a.position
                                )
                            END AS prev
                        FROM added AS a WINDOW place AS (ORDER BY a.position)
                    ) AS b OFFSET 0
                ) AS c OFFSET 0
            ) AS e OFFSET 0
        ) AS d
    LOOP
        IF row.follows IS NOT TRUE THEN
            -- Its writer knew another line before it.
            RAISE integrity_constraint_violation USING MESSAGE = format(
                'event %s does not follow the one before it in its stream', row.position
            );
        END IF;
        IF row.head <> head AND row.head ~ heads THEN
            -- A day that no calendar has cannot be made one of.
            PERFORM substr(row.head, 8, 10)::date;
            head := row.head;
            IF row.command IS DISTINCT FROM command THEN
                IF command IS NOT NULL THEN
                    INSERT INTO signoff.commands VALUES (command, opening, row.position - 1);
                END IF;
                command := row.command;
                opening := row.position;
            END IF;
        END IF;
        IF row.head <> head
            OR NOT (row.alike LIKE ANY (known) AND row.data::json IS NOT NULL) IS TRUE
        THEN
            IF row.head <> head OR NOT signoff.is_canonical(row.data) THEN
                RAISE data_exception USING MESSAGE = format(
                    'event %s is not spelt as a line of this ledger', row.position
                );
            END IF;
            IF length(row.alike) < 4096 AND cardinality(known) < 16 THEN
                last := coalesce(last, (SELECT max(a.position) FROM added AS a));
                known := CASE WHEN row.position < last
                    THEN array_append(known, signoff.likeness(row.alike)) ELSE known END;
            END IF;
        END IF;
    END LOOP;
    IF command IS NOT NULL THEN
        INSERT INTO signoff.commands
        SELECT command, opening, max(a.position) FROM added AS a;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER events_are_lines AFTER INSERT ON signoff.events
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION signoff.take_lines();

-- Refuses what only the functions here put in: it follows from the events.
CREATE FUNCTION signoff.refuse_by_hand() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege
        USING MESSAGE = format('%s are derived from the events alone', TG_TABLE_NAME);
END $$;

CREATE TRIGGER commands_are_derived BEFORE INSERT ON signoff.commands
FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION signoff.refuse_by_hand();
CREATE TRIGGER nodes_are_derived BEFORE INSERT ON signoff.nodes
FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION signoff.refuse_by_hand();

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

-- Waits for the append under way, and gives the log's size then. Positions are given out under this
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
        RAISE integrity_constraint_violation USING MESSAGE = 'a stream has moved on';
    END IF;
    RETURN (SELECT coalesce(max(position), 0) FROM signoff.events);
END $$;

-- Refuses to go on with what is not there as it was given: a rule or a trigger swallowed it.
CREATE FUNCTION signoff.check_kept(kept boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF kept IS NOT TRUE THEN
        RAISE SQLSTATE 'SL711' USING MESSAGE = 'what was to be kept is not in its table afterwards';
    END IF;
END $$;

-- Appends events, all or none; gives the log's size before. It runs as the owner, because no other
-- role may insert: what the triggers on the tables refuse, and what is there afterwards, holds for all.
CREATE FUNCTION signoff.append(
    command_id text, seen_streams uuid[], seen_versions integer[],
    streams uuid[], versions integer[], types text[], lines bytea[]
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    size bigint := signoff.turn(seen_streams, seen_versions);
    many bigint := cardinality(lines);
BEGIN
    IF EXISTS (
        SELECT FROM unnest(lines) AS line
        WHERE position(convert_to('"cmd":"' || command_id || '#', 'UTF8') IN line) = 0
    ) THEN
        RAISE data_exception USING MESSAGE = 'the events are of another command';
    END IF;
    INSERT INTO signoff.events (position, stream, version, type, line)
    SELECT size + row.place, row.stream, row.version, row.type, row.line
    FROM unnest(streams, versions, types, lines)
        WITH ORDINALITY AS row (stream, version, type, line, place);
    -- What is put off to the commit could take it away yet.
    SET CONSTRAINTS ALL IMMEDIATE;
    PERFORM signoff.check_kept(lines = (
        SELECT array_agg(e.line ORDER BY e.position) FROM signoff.events AS e
        WHERE e.position > size AND e.position <= size + many
    ));
    PERFORM signoff.check_kept(command_id IS NULL OR EXISTS (
        SELECT FROM signoff.commands AS c
        WHERE c.id = command_id AND c.first = size + 1 AND c.last = size + many
    ));
    PERFORM signoff.check_kept((size + many) / 256 - size / 256 = (
        SELECT count(*) FROM signoff.nodes AS n
        WHERE n.level = 1 AND n.number >= size / 256 AND n.number < (size + many) / 256
    ));
    RETURN size;
END $$;

-- Gives the root of the tree (RFC 6962 section 2.1) over the log's first events.
CREATE FUNCTION signoff.root(size bigint) RETURNS bytea
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    done     bigint  := 0;
    width    bigint;
    of_level integer;
    step     bigint;
    below    bytea[];
    parts    bytea[] := '{}';
    root     bytea   := sha256('');
BEGIN
    -- The complete subtrees of which it is made, each half as wide as the one before or less.
    WHILE done < size LOOP
        width := 1;
        of_level := 0;
        step := 1;
        WHILE width * 2 <= size - done LOOP
            width := width * 2;
        END LOOP;
        WHILE step * 256 <= width LOOP
            step := step * 256;
            of_level := of_level + 1;
        END LOOP;
        IF of_level = 0 THEN
            SELECT array_agg(e.leaf ORDER BY e.position) INTO below FROM signoff.events AS e
            WHERE e.position > done AND e.position <= done + width;
        ELSE
            SELECT array_agg(n.hash ORDER BY n.number) INTO below FROM signoff.nodes AS n
            WHERE n.level = of_level
                AND n.number >= done / step AND n.number < (done + width) / step;
        END IF;
        IF cardinality(below) IS DISTINCT FROM (width / step)::integer THEN
            RAISE data_corrupted USING MESSAGE = 'the tree is malformed: hashes are missing';
        END IF;
        parts := array_append(parts, signoff.folded(below));
        done := done + width;
    END LOOP;
    FOR i IN REVERSE cardinality(parts) .. 1 LOOP
        root := CASE WHEN i = cardinality(parts) THEN parts[i]
            ELSE sha256(E'\\x01'::bytea || parts[i] || root) END;
    END LOOP;
    RETURN root;
END $$;

-- Says whether a text is one signature line of a note (C2SP signed-note), without its newline. The
-- spaces that no name has are those of Unicode, whatever the database's locale knows of them.
CREATE FUNCTION signoff.is_signature_line(line text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    encoded text := split_part(line, ' ', 3);
BEGIN
    RETURN octet_length(line) <= 8192
        AND line ~ (
            E'^\\u2014 [^\\x01-\\x20+\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+'
            ' (?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'
        )
        AND octet_length(decode(encoded, 'base64')) > 4
        -- Base64 has one spelling: without stray bits in its last character.
        AND translate(encode(decode(encoded, 'base64'), 'base64'), E'\n', '') = encoded;
END $$;

-- Names the key that a signature line is of: its name, and the four bytes that tell it from others.
CREATE FUNCTION signoff.signer(line text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
RETURN split_part(line, ' ', 2) || ' '
    || encode(substring(decode(split_part(line, ' ', 3), 'base64') FROM 1 FOR 4), 'hex');

-- Whatever way rows come in: a checkpoint is by its own words of the log's first events, and has a
-- signature. Whose it is, and whether it verifies, the database cannot know.
CREATE FUNCTION signoff.take_checkpoint() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    spelt  text;
    origin text;
    body   text;
    signed boolean;
BEGIN
    IF NEW.size < 1 OR octet_length(NEW.note) > 65536
        OR NOT EXISTS (SELECT FROM signoff.events AS e WHERE e.position = NEW.size)
    THEN
        RAISE data_exception USING MESSAGE = format(
            'a checkpoint of %s events in %s bytes is none of this log',
            NEW.size, octet_length(NEW.note)
        );
    END IF;
    spelt := convert_from(NEW.note, 'UTF8');
    origin := split_part(spelt, E'\n', 1);
    body := origin || E'\n' || NEW.size || E'\n'
        || encode(signoff.root(NEW.size), 'base64') || E'\n\n';
    IF spelt ^@ body AND right(spelt, 1) = E'\n' THEN
        SELECT bool_and(signoff.is_signature_line(line) AND split_part(line, ' ', 2) = origin)
        INTO signed
        FROM string_to_table(substr(left(spelt, -1), length(body) + 1), E'\n') AS line;
    END IF;
    IF signed IS NOT TRUE THEN
        RAISE data_exception USING MESSAGE = format(
            'the note is not a signed checkpoint of the first %s events', NEW.size
        );
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER checkpoints_are_of_this_log BEFORE INSERT ON signoff.checkpoints
FOR EACH ROW EXECUTE FUNCTION signoff.take_checkpoint();

-- Whatever way rows come in: a cosignature is one signature line, of a key that has none under this
-- checkpoint, where there are not too many.
CREATE FUNCTION signoff.take_cosignature() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF right(NEW.line, 1) <> E'\n' OR NOT signoff.is_signature_line(left(NEW.line, -1)) THEN
        RAISE data_exception USING MESSAGE = 'a cosignature is one signature line';
    END IF;
    -- One at a time under a checkpoint, so that each sees those before it.
    PERFORM FROM signoff.checkpoints AS c WHERE c.size = NEW.size FOR NO KEY UPDATE;
    IF (
        SELECT count(*) >= 64 OR coalesce(bool_or(signoff.signer(c.line) = signoff.signer(NEW.line)), false)
        FROM signoff.cosignatures AS c WHERE c.size = NEW.size
    ) THEN
        RAISE unique_violation USING MESSAGE = 'a checkpoint has one cosignature of a key, and 64';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER cosignatures_are_lines BEFORE INSERT ON signoff.cosignatures
FOR EACH ROW EXECUTE FUNCTION signoff.take_cosignature();

-- Keeps a checkpoint; the same one again is no error.
CREATE FUNCTION signoff.keep_checkpoint(of_size bigint, given bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM signoff.durably();
    IF EXISTS (
        SELECT FROM signoff.checkpoints AS c WHERE c.size = of_size AND c.note = given
    ) THEN
        RETURN;
    END IF;
    INSERT INTO signoff.checkpoints VALUES (of_size, given);
    SET CONSTRAINTS ALL IMMEDIATE;
    PERFORM signoff.check_kept(EXISTS (
        SELECT FROM signoff.checkpoints AS c WHERE c.size = of_size AND c.note = given
    ));
END $$;

-- Keeps a witness's signature line, unless one of its key is kept already; says whether it was.
CREATE FUNCTION signoff.keep_cosignature(of_size bigint, given text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM signoff.durably();
    PERFORM FROM signoff.checkpoints AS c WHERE c.size = of_size FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM signoff.cosignatures AS c
        WHERE c.size = of_size AND signoff.signer(c.line) = signoff.signer(given)
    ) THEN
        RETURN false;
    END IF;
    INSERT INTO signoff.cosignatures VALUES (of_size, given);
    SET CONSTRAINTS ALL IMMEDIATE;
    PERFORM signoff.check_kept(EXISTS (
        SELECT FROM signoff.cosignatures AS c WHERE c.size = of_size AND c.line = given
    ));
    RETURN true;
END $$;

-- Takes away whatever bears the name of a table of what is derived, of whatever kind, and whatever
-- others built upon it.
CREATE FUNCTION signoff.drop_derived() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    named name;
    kind  text;
BEGIN
    FOR named, kind IN
        SELECT c.relname, CASE c.relkind
            WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
            WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' WHEN 'i' THEN 'INDEX' WHEN 'I' THEN 'INDEX'
            ELSE 'TABLE'
        END
        FROM pg_class AS c
        WHERE c.relnamespace = 'signoff_views'::regnamespace AND c.relname ~ '^view_'
        ORDER BY c.relkind IN ('i', 'I'), c.relname
    LOOP
        EXECUTE format('DROP %s IF EXISTS signoff_views.%I CASCADE', kind, named);
    END LOOP;
END $$;

-- Makes a table of what is derived from the events: names, two types, keys and indexes, and no
-- expression, so that nothing in it ever runs. Roles that may append may fill it, and roles
-- that may read the events may read it.
CREATE FUNCTION signoff.derive(statement text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made     text;
    member   oid;
    may_fill boolean;
BEGIN
    IF statement COLLATE "C" !~ (
        '^(CREATE INDEX view_[a-z]+_[0-9]+ ON signoff_views[.]view_[a-z]+ [(][a-z_, ]+[)]'
        '|CREATE TABLE signoff_views[.]view_[a-z]+'
        ' [(]([a-z_]+ (BIGINT|TEXT COLLATE "C")( NOT NULL)?, )+PRIMARY KEY [(][a-z_, ]+[)][)])$'
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'only plain tables are derived';
    END IF;
    EXECUTE statement;
    made := substring(statement FROM '^CREATE TABLE (signoff_views[.]view_[a-z]+) ');
    IF made IS NOT NULL THEN
        FOR member, may_fill IN
            SELECT acl.grantee, bool_or(acl.privilege_type = 'EXECUTE')
            FROM (
                SELECT (aclexplode(c.relacl)).* FROM pg_class AS c
                WHERE c.oid = 'signoff.events'::regclass
                UNION ALL
                SELECT (aclexplode(f.proacl)).* FROM pg_proc AS f
                WHERE f.oid = 'signoff.append'::regproc
            ) AS acl
            WHERE acl.grantee <> 0 AND acl.privilege_type IN ('SELECT', 'EXECUTE')
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
CREATE TRIGGER event_types_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON signoff.event_types
FOR EACH STATEMENT EXECUTE FUNCTION signoff.refuse();
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
