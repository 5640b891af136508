-- ltree: a text of labels; ancestors and descendants by prefix.
CREATE TYPE ltree;
CREATE FUNCTION ltree_in(cstring) RETURNS ltree LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION ltree_out(ltree) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE TYPE ltree (INPUT = ltree_in, OUTPUT = ltree_out, INTERNALLENGTH = VARIABLE, STORAGE = extended);
CREATE CAST (ltree AS text) WITHOUT FUNCTION;
CREATE CAST (text AS ltree) WITHOUT FUNCTION;
CREATE DOMAIN lquery AS text;
CREATE DOMAIN ltxtquery AS text;
CREATE FUNCTION text2ltree(text) RETURNS ltree LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::@extschema@.ltree $$;
CREATE FUNCTION ltree2text(ltree) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::text $$;
CREATE FUNCTION nlevel(ltree) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.cardinality(pg_catalog.string_to_array(nullif($1::text, ''), '.')) $$;
CREATE FUNCTION subpath(ltree, integer, integer) RETURNS ltree LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT pg_catalog.array_to_string((pg_catalog.string_to_array($1::text, '.'))[$2 + 1 : $2 + $3], '.')::@extschema@.ltree $$;
CREATE FUNCTION subpath(ltree, integer) RETURNS ltree LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT pg_catalog.array_to_string((pg_catalog.string_to_array($1::text, '.'))[$2 + 1 : ], '.')::@extschema@.ltree $$;
CREATE FUNCTION ltree_eq(ltree, ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::text = $2::text $$;
CREATE FUNCTION ltree_ne(ltree, ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::text <> $2::text $$;
CREATE FUNCTION ltree_lt(ltree, ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::text < $2::text $$;
CREATE FUNCTION ltree_le(ltree, ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::text <= $2::text $$;
CREATE FUNCTION ltree_gt(ltree, ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::text > $2::text $$;
CREATE FUNCTION ltree_ge(ltree, ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::text >= $2::text $$;
CREATE FUNCTION ltree_cmp(ltree, ltree) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.bttextcmp($1::text, $2::text) $$;
CREATE FUNCTION ltree_risparent(ltree, ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::text = $2::text OR pg_catalog.starts_with($1::text, $2::text || '.') $$;
CREATE FUNCTION ltree_isparent(ltree, ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::text = $2::text OR pg_catalog.starts_with($2::text, $1::text || '.') $$;
CREATE FUNCTION ltq_regex(ltree, lquery) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $1::text ~ ('^' || pg_catalog.replace($2::text, '*', '.*') || '$') $$;
CREATE FUNCTION ltree_addltree(ltree, ltree) RETURNS ltree LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT ($1::text || '.' || $2::text)::@extschema@.ltree $$;
CREATE FUNCTION ltree_addtext(ltree, text) RETURNS ltree LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT ($1::text || '.' || $2)::@extschema@.ltree $$;
CREATE OPERATOR = (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_eq, COMMUTATOR = OPERATOR(=), NEGATOR = OPERATOR(<>), MERGES);
CREATE OPERATOR <> (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_ne, COMMUTATOR = OPERATOR(<>), NEGATOR = OPERATOR(=));
CREATE OPERATOR < (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_lt);
CREATE OPERATOR <= (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_le);
CREATE OPERATOR > (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_gt);
CREATE OPERATOR >= (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_ge);
CREATE OPERATOR <@ (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_risparent);
CREATE OPERATOR @> (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_isparent);
CREATE OPERATOR ~ (LEFTARG = ltree, RIGHTARG = lquery, FUNCTION = ltq_regex);
CREATE OPERATOR || (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_addltree);
CREATE OPERATOR || (LEFTARG = ltree, RIGHTARG = text, FUNCTION = ltree_addtext);
CREATE OPERATOR CLASS ltree_ops DEFAULT FOR TYPE ltree USING btree AS
    OPERATOR 1 < (ltree, ltree), OPERATOR 2 <= (ltree, ltree), OPERATOR 3 = (ltree, ltree),
    OPERATOR 4 >= (ltree, ltree), OPERATOR 5 > (ltree, ltree), FUNCTION 1 ltree_cmp(ltree, ltree);
