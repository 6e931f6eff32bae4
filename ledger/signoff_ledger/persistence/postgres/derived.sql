-- The statements that would make the tables and indexes of views that are there, as they are: any
-- other kind of object, and whatever would act on rows, shows in its statement.
WITH tables AS (
    SELECT c.*, n.nspowner, has_table_privilege(c.oid, 'SELECT') AS is_readable
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'signoff_views' AND c.relname ~ '^view_' AND c.relkind NOT IN ('i', 'I')
        AND has_schema_privilege(n.oid, 'USAGE')
)
SELECT 'CREATE TABLE signoff_views.' || c.relname || ' ('
    || (
        SELECT string_agg(
            a.attname || ' ' || upper(format_type(a.atttypid, a.atttypmod))
                || coalesce(' COLLATE "' || l.collname || '"', '')
                || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
                || CASE WHEN a.atthasdef OR a.attidentity <> '' THEN ' DEFAULT' ELSE '' END,
            ', ' ORDER BY a.attnum
        )
        FROM pg_attribute AS a LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    )
    || coalesce((
        SELECT ', PRIMARY KEY (' || string_agg(a.attname, ', ' ORDER BY k.place) || ')'
        FROM pg_index AS i, unnest(i.indkey) WITH ORDINALITY AS k (number, place), pg_attribute AS a
        WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = k.number
    ), '')
    || ')'
    || CASE
        WHEN c.relkind <> 'r' OR c.relpersistence <> 'p' OR c.relowner <> c.nspowner THEN ' AS ELSE'
        WHEN c.relhasrules OR c.relhastriggers OR c.relrowsecurity OR c.relforcerowsecurity
            OR c.relchecks > 0 OR c.relhassubclass OR c.relispartition THEN ' WITH MORE'
        ELSE ''
    END
FROM tables AS c WHERE c.is_readable
UNION ALL
SELECT 'CREATE INDEX ' || x.relname || ' ON signoff_views.' || c.relname || ' ('
    || coalesce((
        SELECT string_agg(a.attname, ', ' ORDER BY k.place)
        FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place), pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum = k.number
    ), '')
    || ')'
    || CASE
        WHEN i.indisunique OR i.indpred IS NOT NULL OR i.indexprs IS NOT NULL OR NOT i.indisvalid
        THEN ' WITH MORE' ELSE ''
    END
FROM tables AS c
JOIN pg_index AS i ON i.indrelid = c.oid AND NOT i.indisprimary
JOIN pg_class AS x ON x.oid = i.indexrelid
WHERE c.is_readable
