-- Every object of a ledger by kind and name, what it is, and the statement that takes it away or, for
-- a table, sets it right; none where rows would go with it. The tables of views are looked at where
-- they are filled; whatever else stands in their schema, or acts on them, is listed here.
WITH places AS (
    SELECT n.oid, n.nspname, n.nspowner FROM pg_namespace AS n
    WHERE n.nspname IN ('signoff', 'signoff_views')
), relations AS (
    SELECT c.*, p.nspname || '.' || c.relname AS name, p.nspname, p.nspowner
    FROM pg_class AS c JOIN places AS p ON p.oid = c.relnamespace
), ours AS (
    SELECT * FROM relations WHERE nspname = 'signoff'
)
SELECT 'schema ' || p.nspname,
    CASE WHEN p.nspowner = s.nspowner THEN 'of the owner' ELSE 'of another role' END,
    NULL::text
FROM places AS p, pg_namespace AS s WHERE s.nspname = 'signoff'
UNION ALL
SELECT CASE c.relkind
        WHEN 'r' THEN 'table ' WHEN 'i' THEN 'index ' WHEN 'v' THEN 'view ' WHEN 'S' THEN 'sequence '
        WHEN 'm' THEN 'materialized view ' WHEN 'f' THEN 'foreign table '
        WHEN 'p' THEN 'partitioned table ' ELSE 'relation '
    END || c.name,
    concat_ws(', ',
        CASE c.relpersistence WHEN 'p' THEN 'logged' ELSE 'UNLOGGED' END,
        CASE WHEN c.relrowsecurity OR c.relforcerowsecurity THEN 'ROW LEVEL SECURITY' END,
        CASE WHEN c.relowner <> c.nspowner THEN 'of another role' END,
        CASE WHEN i.indexrelid IS NOT NULL THEN pg_get_indexdef(c.oid) END,
        CASE WHEN NOT (i.indisvalid AND i.indisready AND i.indislive) THEN 'NOT VALID' END
    ),
    CASE
        WHEN c.relkind = 'r' AND c.relowner <> c.nspowner THEN format('ALTER TABLE %I.%I OWNER TO %I',
            c.nspname, c.relname, pg_get_userbyid(c.nspowner))
        WHEN c.relkind = 'r' THEN format('ALTER TABLE %I.%I SET LOGGED, DISABLE ROW LEVEL SECURITY,'
            ' NO FORCE ROW LEVEL SECURITY', c.nspname, c.relname)
        WHEN c.relkind = 'i' THEN format('DROP INDEX IF EXISTS %I.%I', c.nspname, c.relname)
        WHEN c.relkind = 'v' THEN format('DROP VIEW IF EXISTS %I.%I CASCADE', c.nspname, c.relname)
        WHEN c.relkind = 'm' THEN format('DROP MATERIALIZED VIEW IF EXISTS %I.%I CASCADE', c.nspname, c.relname)
        WHEN c.relkind = 'f' THEN format('DROP FOREIGN TABLE IF EXISTS %I.%I CASCADE', c.nspname, c.relname)
    END
FROM relations AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
WHERE c.nspname = 'signoff' OR c.relname !~ '^view_' OR c.relkind NOT IN ('r', 'i')
UNION ALL
SELECT 'column ' || c.name || '.' || a.attname,
    concat_ws(' ', a.attnum, format_type(a.atttypid, a.atttypmod), l.collname,
        CASE WHEN a.attnotnull THEN 'NOT NULL' END, nullif(a.attgenerated, ''),
        nullif(a.attidentity, ''), pg_get_expr(d.adbin, d.adrelid)),
    NULL
FROM ours AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relkind = 'r'
UNION ALL
-- From version 18 on, NOT NULL stands here, too.
SELECT 'constraint ' || k.conname || ' on ' || c.name,
    pg_get_constraintdef(k.oid) || CASE WHEN k.convalidated THEN '' ELSE ', NOT VALID' END,
    format('ALTER TABLE %I.%I DROP CONSTRAINT IF EXISTS %I CASCADE', c.nspname, c.relname, k.conname)
FROM ours AS c JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype <> 'n'
UNION ALL
SELECT 'trigger ' || t.tgname || ' on ' || c.name,
    pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'O' THEN '' ELSE ', DISABLED' END,
    format('DROP TRIGGER IF EXISTS %I ON %I.%I', t.tgname, c.nspname, c.relname)
FROM relations AS c JOIN pg_trigger AS t ON t.tgrelid = c.oid AND NOT t.tgisinternal
UNION ALL
-- A foreign key's trigger is named by its constraint; its own name is a number.
SELECT 'trigger ' || t.tgtype || ' of ' || k.conname || ' on ' || c.name,
    CASE t.tgenabled WHEN 'O' THEN 'enabled' ELSE 'DISABLED' END,
    format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', k.conrelid::regclass, k.conname)
FROM relations AS c JOIN pg_trigger AS t ON t.tgrelid = c.oid AND t.tgisinternal
JOIN pg_constraint AS k ON k.oid = t.tgconstraint
UNION ALL
SELECT 'rule ' || r.rulename || ' on ' || c.name, pg_get_ruledef(r.oid),
    format('DROP RULE IF EXISTS %I ON %I.%I', r.rulename, c.nspname, c.relname)
FROM relations AS c JOIN pg_rewrite AS r ON r.ev_class = c.oid AND c.relkind NOT IN ('v', 'm')
UNION ALL
SELECT 'policy ' || p.polname || ' on ' || c.name, p.polcmd::text,
    format('DROP POLICY IF EXISTS %I ON %I.%I', p.polname, c.nspname, c.relname)
FROM relations AS c JOIN pg_policy AS p ON p.polrelid = c.oid
UNION ALL
SELECT 'child ' || i.inhrelid::regclass || ' of ' || i.inhparent::regclass, '',
    format('ALTER TABLE %s NO INHERIT %s', i.inhrelid::regclass, i.inhparent::regclass)
FROM pg_inherits AS i
WHERE i.inhparent IN (SELECT oid FROM relations) OR i.inhrelid IN (SELECT oid FROM relations)
UNION ALL
SELECT 'function ' || p.nspname || '.' || f.proname
        || '(' || pg_get_function_identity_arguments(f.oid) || ')',
    CASE WHEN f.proowner = p.nspowner THEN '' ELSE 'of another role, ' END
    || CASE WHEN f.prokind = 'f'
        THEN encode(sha256(convert_to(pg_get_functiondef(f.oid), 'UTF8')), 'hex') ELSE 'none' END,
    format('DROP ROUTINE IF EXISTS %I.%I(%s) CASCADE', p.nspname, f.proname,
        pg_get_function_identity_arguments(f.oid))
FROM pg_proc AS f JOIN places AS p ON p.oid = f.pronamespace
UNION ALL
SELECT o.type || ' ' || o.identity, '', NULL
FROM places AS p
JOIN pg_depend AS d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = p.oid
    AND d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass),
    pg_identify_object(d.classid, d.objid, 0) AS o
