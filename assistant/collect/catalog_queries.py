"""The set-based questions that ``assistant.collect.catalog`` puts to ``pg_catalog``.

One statement a topic, never one a table. Every statement takes ``%(hidden)s`` (schemas of the platform and of the
server) and uses nothing that a role without rights cannot read. Works on PostgreSQL 14 and later.
"""

from __future__ import annotations

from typing import Final


_OWN = """
    (n.nspname <> ALL (%(hidden)s) AND n.nspname NOT LIKE 'pg\\_%%'
     OR (n.nspname, c.relname) IN (('auth', 'users'), ('storage', 'objects')))
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
"""

RELATIONS: Final = f"""
SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text, pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity,
       coalesce(c.relacl, acldefault('r', c.relowner))::text,
       coalesce((SELECT lower(option_value) IN ('true', 'on', '1', 'yes') FROM pg_options_to_table(c.reloptions)
                 WHERE option_name = 'security_invoker'), false),
       coalesce(obj_description(c.oid, 'pg_class'), ''),
       (SELECT i.inhparent::int8 FROM pg_inherits i WHERE i.inhrelid = c.oid ORDER BY i.inhseqno LIMIT 1),
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) ELSE '' END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND {_OWN}
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
"""

COLUMNS: Final = f"""
SELECT a.attrelid::int8, a.attname, a.attnum::int4, a.atttypid::int8, a.atttypmod, a.attnotnull, format_type(a.atttypid, a.atttypmod),
       a.attgenerated::text, a.attidentity::text, pg_get_expr(d.adbin, d.adrelid), a.attacl::text
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND {_OWN}
ORDER BY a.attrelid, a.attnum
"""

TYPES: Final = """
SELECT t.oid::int8, t.typname, n.nspname, t.typtype::text, t.typbasetype::int8, t.typtypmod, t.typnotnull,
       CASE WHEN t.typsubscript = 'array_subscript_handler'::regproc THEN t.typelem::int8 ELSE 0 END,
       (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype <> 'c' AND (t.typrelid = 0)
"""

CONSTRAINTS: Final = f"""
SELECT k.conrelid::int8, k.conname, k.contype::text, k.conkey::int4[], k.confrelid::int8, k.confkey::int4[], k.confdeltype::text,
       CASE WHEN k.contype = 'c' THEN pg_get_constraintdef(k.oid) ELSE '' END
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype IN ('p', 'u', 'f', 'c') AND {_OWN}
ORDER BY k.conrelid, k.conname COLLATE "C"
"""

DOMAIN_CHECKS: Final = """
SELECT k.contypid::int8, k.conname, pg_get_constraintdef(k.oid)
FROM pg_constraint k WHERE k.contypid <> 0 AND k.contype = 'c'
ORDER BY k.contypid, k.conname COLLATE "C"
"""

INDEXES: Final = f"""
SELECT i.indrelid::int8, x.relname, i.indkey::int2[]::int4[], i.indnkeyatts::int4, i.indisunique, m.amname, i.indpred IS NOT NULL,
       EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN}
ORDER BY i.indrelid, x.relname COLLATE "C"
"""

POLICIES: Final = f"""
SELECT p.oid::int8, p.polrelid::int8, p.polname, p.polcmd::text, p.polpermissive,
       array(SELECT CASE WHEN r = 0 THEN 'public' ELSE pg_get_userbyid(r)::text END FROM unnest(p.polroles) r),
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN}
ORDER BY p.polrelid, p.polname COLLATE "C"
"""

TRIGGERS: Final = f"""
SELECT t.tgrelid::int8, t.tgname, t.tgtype::int4, t.tgenabled::text, fn.nspname, f.proname, replace(oidvectortypes(f.proargtypes), ', ', ',')
FROM pg_trigger t
JOIN pg_proc f ON f.oid = t.tgfoid
JOIN pg_namespace fn ON fn.oid = f.pronamespace
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND {_OWN}
ORDER BY t.tgrelid, t.tgname COLLATE "C"
"""

VIEW_READS: Final = """
SELECT DISTINCT w.ev_class::int8, rn.nspname, r.relname
FROM pg_rewrite w
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
JOIN pg_class v ON v.oid = w.ev_class AND v.relkind IN ('v', 'm')
JOIN pg_class r ON r.oid = d.refobjid AND r.oid <> w.ev_class AND r.relkind IN ('r', 'p', 'f', 'v', 'm')
JOIN pg_namespace rn ON rn.oid = r.relnamespace
"""

FUNCTIONS: Final = """
SELECT f.oid::int8, n.nspname, f.proname, replace(oidvectortypes(f.proargtypes), ', ', ','), pg_get_userbyid(f.proowner), f.prokind::text,
       f.prosecdef, f.proconfig, f.provolatile::text, l.lanname, f.proargnames, f.proargmodes::text[], f.pronargdefaults::int4,
       array(SELECT format_type(a.t, NULL) FROM unnest(coalesce(f.proallargtypes, f.proargtypes::oid[])) WITH ORDINALITY a(t, i) ORDER BY a.i),
       coalesce(pg_get_function_result(f.oid), ''), CASE WHEN f.prosqlbody IS NULL THEN f.prosrc ELSE pg_get_function_sqlbody(f.oid) END,
       CASE WHEN f.prokind <> 'a' AND n.nspname <> ALL (%(hidden)s) THEN pg_get_functiondef(f.oid) ELSE '' END,
       f.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype),
       (SELECT x.extname::text FROM pg_depend e JOIN pg_extension x ON x.oid = e.refobjid
        WHERE e.classid = 'pg_proc'::regclass AND e.objid = f.oid AND e.deptype = 'e'),
       coalesce(f.proacl, acldefault('f', f.proowner))::text
FROM pg_proc f
JOIN pg_namespace n ON n.oid = f.pronamespace
JOIN pg_language l ON l.oid = f.prolang
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%%' AND l.lanname NOT IN ('c', 'internal')
ORDER BY n.nspname COLLATE "C", f.proname COLLATE "C", oidvectortypes(f.proargtypes) COLLATE "C"
"""

SEQUENCES: Final = f"""
SELECT n.nspname, c.relname, coalesce(c.relacl, acldefault('s', c.relowner))::text, tn.nspname, t.relname
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class t ON t.oid = d.refobjid
LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE c.relkind = 'S' AND {_OWN}
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
"""

PUBLICATIONS: Final = """
SELECT p.pubname, p.puballtables, t.schemaname, t.tablename
FROM pg_publication p LEFT JOIN pg_publication_tables t ON t.pubname = p.pubname
ORDER BY p.pubname COLLATE "C", t.schemaname COLLATE "C", t.tablename COLLATE "C"
"""

ROLES: Final = """
SELECT r.oid::int8, r.rolname, r.rolcanlogin, r.rolsuper, r.rolbypassrls, r.rolinherit
FROM pg_roles r WHERE r.rolname NOT LIKE 'pg\\_%%' ORDER BY r.rolname COLLATE "C"
"""

ROLE_MEMBERS: Final = "SELECT m.member::int8, m.roleid::int8, {inherits} FROM pg_auth_members m"

DEFAULT_PRIVILEGES: Final = """
SELECT pg_get_userbyid(d.defaclrole), n.nspname, d.defaclobjtype::text, d.defaclacl::text
FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
ORDER BY pg_get_userbyid(d.defaclrole) COLLATE "C", n.nspname COLLATE "C" NULLS FIRST, d.defaclobjtype
"""

ACLS: Final = """
SELECT acl, CASE WHEN x.grantee = 0 THEN 'public' ELSE pg_get_userbyid(x.grantee)::text END, x.privilege_type, x.is_grantable
FROM unnest(%(acls)s::text[]) acl, aclexplode(acl::aclitem[]) x
ORDER BY acl, CASE WHEN x.grantee = 0 THEN 'public' ELSE pg_get_userbyid(x.grantee)::text END COLLATE "C", x.privilege_type COLLATE "C"
"""

POLICY_DEPENDS: Final = """
SELECT DISTINCT d.objid::int8, CASE WHEN d.refclassid = 'pg_class'::regclass THEN 'relation' ELSE 'function' END, d.refobjid::int8
FROM pg_depend d
WHERE d.classid = 'pg_policy'::regclass AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass)
"""

BUCKETS: Final = 'SELECT id::text, public FROM storage.buckets ORDER BY id COLLATE "C"'

BUCKETS_READABLE: Final = """
SELECT coalesce((SELECT has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
                        AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'public')
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = 'storage' AND c.relname = 'buckets'), false)
"""
