-- fuzzystrmatch: equal or not.
CREATE FUNCTION levenshtein(text, text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT CASE WHEN $1 = $2 THEN 0 ELSE GREATEST(pg_catalog.length($1), pg_catalog.length($2)) END $$;
CREATE FUNCTION levenshtein(text, text, integer, integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT CASE WHEN $1 = $2 THEN 0 ELSE GREATEST(pg_catalog.length($1), pg_catalog.length($2)) END $$;
CREATE FUNCTION levenshtein_less_equal(text, text, integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT CASE WHEN $1 = $2 THEN 0 ELSE GREATEST(pg_catalog.length($1), pg_catalog.length($2)) END $$;
CREATE FUNCTION soundex(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.rpad(pg_catalog.upper(pg_catalog.left($1, 1)), 4, '0') $$;
CREATE FUNCTION difference(text, text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT CASE WHEN $1 = $2 THEN 4 ELSE 0 END $$;
CREATE FUNCTION metaphone(text, integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.left(pg_catalog.upper($1), $2) $$;
CREATE FUNCTION dmetaphone(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.left(pg_catalog.upper($1), 4) $$;
CREATE FUNCTION dmetaphone_alt(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.left(pg_catalog.upper($1), 4) $$;
CREATE FUNCTION daitch_mokotoff(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT ARRAY[pg_catalog.upper($1)] $$;
