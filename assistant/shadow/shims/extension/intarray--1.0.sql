-- intarray: the functions that need no index.
CREATE FUNCTION icount(integer[]) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.cardinality($1) $$;
CREATE FUNCTION sort(integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT ARRAY(SELECT e FROM pg_catalog.unnest($1) e ORDER BY e) $$;
CREATE FUNCTION sort_asc(integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT ARRAY(SELECT e FROM pg_catalog.unnest($1) e ORDER BY e) $$;
CREATE FUNCTION sort_desc(integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT ARRAY(SELECT e FROM pg_catalog.unnest($1) e ORDER BY e DESC) $$;
CREATE FUNCTION uniq(integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT ARRAY(SELECT DISTINCT e FROM pg_catalog.unnest($1) e ORDER BY e) $$;
CREATE FUNCTION idx(integer[], integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT coalesce(pg_catalog.array_position($1, $2), 0) $$;
CREATE FUNCTION subarray(integer[], integer, integer) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1[$2 : $2 + $3 - 1] $$;
CREATE FUNCTION intset(integer) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT ARRAY[$1] $$;
