-- hstore: keeps its text and finds keys in it; no index.
CREATE TYPE hstore;
CREATE FUNCTION hstore_in(cstring) RETURNS hstore LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION hstore_out(hstore) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE TYPE hstore (INPUT = hstore_in, OUTPUT = hstore_out, INTERNALLENGTH = VARIABLE, STORAGE = extended);
CREATE CAST (hstore AS text) WITHOUT FUNCTION;
CREATE CAST (text AS hstore) WITHOUT FUNCTION;
CREATE FUNCTION hstore(text, text) RETURNS hstore LANGUAGE sql IMMUTABLE AS
$$ SELECT ('"' || $1 || '"=>' || coalesce('"' || $2 || '"', 'NULL'))::@extschema@.hstore $$;
CREATE FUNCTION fetchval(hstore, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT pg_catalog.substring($1::text, '"?' || $2 || '"?\s*=>\s*"?([^",]*)') $$;
CREATE FUNCTION exist(hstore, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT pg_catalog.strpos($1::text, $2) > 0 $$;
CREATE FUNCTION hs_concat(hstore, hstore) RETURNS hstore LANGUAGE sql IMMUTABLE AS
$$ SELECT pg_catalog.concat_ws(', ', nullif($1::text, ''), nullif($2::text, ''))::@extschema@.hstore $$;
CREATE OPERATOR -> (LEFTARG = hstore, RIGHTARG = text, FUNCTION = fetchval);
CREATE OPERATOR ? (LEFTARG = hstore, RIGHTARG = text, FUNCTION = exist);
CREATE OPERATOR || (LEFTARG = hstore, RIGHTARG = hstore, FUNCTION = hs_concat);
CREATE FUNCTION hstore_to_jsonb(hstore) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.to_jsonb($1::text) $$;
CREATE CAST (hstore AS jsonb) WITH FUNCTION hstore_to_jsonb(hstore);
