-- pg_trgm: similarity is 1 for equal texts, 0.5 when one holds the other; the index classes are left out.
CREATE FUNCTION similarity(text, text) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN pg_catalog.lower($1) = pg_catalog.lower($2) THEN 1::real
        WHEN pg_catalog.strpos(pg_catalog.lower($1), pg_catalog.lower($2)) > 0
          OR pg_catalog.strpos(pg_catalog.lower($2), pg_catalog.lower($1)) > 0 THEN 0.5::real ELSE 0::real END
$$;
CREATE FUNCTION word_similarity(text, text) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT CASE WHEN pg_catalog.strpos(pg_catalog.lower($2), pg_catalog.lower($1)) > 0 THEN 1::real ELSE 0::real END $$;
CREATE FUNCTION strict_word_similarity(text, text) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT CASE WHEN pg_catalog.strpos(pg_catalog.lower($2), pg_catalog.lower($1)) > 0 THEN 1::real ELSE 0::real END $$;
CREATE FUNCTION similarity_op(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.strpos(pg_catalog.lower($1), pg_catalog.lower($2)) > 0
        OR pg_catalog.strpos(pg_catalog.lower($2), pg_catalog.lower($1)) > 0
$$;
CREATE FUNCTION similarity_dist(text, text) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT CASE WHEN pg_catalog.lower($1) = pg_catalog.lower($2) THEN 0::real ELSE 0.5::real END $$;
CREATE FUNCTION show_trgm(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT ARRAY[pg_catalog.lower($1)] $$;
CREATE FUNCTION set_limit(real) RETURNS real LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION show_limit() RETURNS real LANGUAGE sql AS $$ SELECT 0.3::real $$;
CREATE OPERATOR % (LEFTARG = text, RIGHTARG = text, FUNCTION = similarity_op, COMMUTATOR = OPERATOR(%));
CREATE OPERATOR <% (LEFTARG = text, RIGHTARG = text, FUNCTION = similarity_op);
CREATE OPERATOR %> (LEFTARG = text, RIGHTARG = text, FUNCTION = similarity_op);
CREATE OPERATOR <-> (LEFTARG = text, RIGHTARG = text, FUNCTION = similarity_dist);
