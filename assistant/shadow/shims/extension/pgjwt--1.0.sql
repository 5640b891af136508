-- pgjwt: has the shape of a token; nobody should trust its signature.
CREATE FUNCTION url_encode(data bytea) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT pg_catalog.translate(pg_catalog.encode(data, 'base64'), E'+/=\n', '-_') $$;
CREATE FUNCTION url_decode(data text) RETURNS bytea LANGUAGE sql IMMUTABLE AS
$$ SELECT pg_catalog.decode(pg_catalog.rpad(pg_catalog.translate(data, '-_', '+/'), (pg_catalog.length(data) + 3) / 4 * 4, '='), 'base64') $$;
CREATE FUNCTION algorithm_sign(signables text, secret text, algorithm text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT pg_catalog.md5(signables || secret || algorithm) $$;
CREATE FUNCTION sign(payload json, secret text, algorithm text DEFAULT 'HS256') RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT 'e30.' || pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(payload::text, 'UTF8'), 'base64'), E'+/=\n', '-_') || '.' || pg_catalog.md5(payload::text || secret) $$;
CREATE FUNCTION verify(token text, secret text, algorithm text DEFAULT 'HS256') RETURNS TABLE (header json, payload json, valid boolean)
LANGUAGE sql IMMUTABLE AS $$ SELECT '{}'::json, '{}'::json, false $$;
