-- citext: a text that compares without case, on PostgreSQL's own input and output functions for text.
CREATE TYPE citext;
CREATE FUNCTION citextin(cstring) RETURNS citext LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION citextout(citext) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION citextrecv(internal) RETURNS citext LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';
CREATE FUNCTION citextsend(citext) RETURNS bytea LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';
CREATE TYPE citext (INPUT = citextin, OUTPUT = citextout, RECEIVE = citextrecv, SEND = citextsend,
    INTERNALLENGTH = VARIABLE, STORAGE = extended, CATEGORY = 'S', PREFERRED = false, COLLATABLE = true);
CREATE FUNCTION citext(bpchar) RETURNS citext LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'rtrim1';
CREATE FUNCTION citext(boolean) RETURNS citext LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'booltext';
CREATE CAST (citext AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (citext AS varchar) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (citext AS bpchar) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (text AS citext) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (varchar AS citext) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (bpchar AS citext) WITH FUNCTION citext(bpchar) AS ASSIGNMENT;
CREATE CAST (boolean AS citext) WITH FUNCTION citext(boolean) AS ASSIGNMENT;
CREATE FUNCTION citext_eq(citext, citext) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.lower($1::text) = pg_catalog.lower($2::text) $$;
CREATE FUNCTION citext_ne(citext, citext) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.lower($1::text) <> pg_catalog.lower($2::text) $$;
CREATE FUNCTION citext_lt(citext, citext) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.lower($1::text) < pg_catalog.lower($2::text) $$;
CREATE FUNCTION citext_le(citext, citext) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.lower($1::text) <= pg_catalog.lower($2::text) $$;
CREATE FUNCTION citext_gt(citext, citext) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.lower($1::text) > pg_catalog.lower($2::text) $$;
CREATE FUNCTION citext_ge(citext, citext) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.lower($1::text) >= pg_catalog.lower($2::text) $$;
CREATE FUNCTION citext_cmp(citext, citext) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.bttextcmp(pg_catalog.lower($1::text), pg_catalog.lower($2::text)) $$;
CREATE FUNCTION citext_hash(citext) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.hashtext(pg_catalog.lower($1::text)) $$;
CREATE FUNCTION citext_like(citext, citext) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::text ~~* $2::text $$;
CREATE FUNCTION citext_nlike(citext, citext) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::text !~~* $2::text $$;
CREATE FUNCTION citext_regex(citext, citext) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::text ~* $2::text $$;
CREATE FUNCTION citext_nregex(citext, citext) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::text !~* $2::text $$;
CREATE FUNCTION citext_like(citext, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::text ~~* $2 $$;
CREATE FUNCTION citext_nlike(citext, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::text !~~* $2 $$;
CREATE FUNCTION citext_regex(citext, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::text ~* $2 $$;
CREATE FUNCTION citext_nregex(citext, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::text !~* $2 $$;
CREATE OPERATOR = (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_eq, COMMUTATOR = OPERATOR(=), NEGATOR = OPERATOR(<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR <> (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_ne, COMMUTATOR = OPERATOR(<>), NEGATOR = OPERATOR(=), RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR < (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_lt, COMMUTATOR = OPERATOR(>), NEGATOR = OPERATOR(>=));
CREATE OPERATOR <= (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_le, COMMUTATOR = OPERATOR(>=), NEGATOR = OPERATOR(>));
CREATE OPERATOR > (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_gt, COMMUTATOR = OPERATOR(<), NEGATOR = OPERATOR(<=));
CREATE OPERATOR >= (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_ge, COMMUTATOR = OPERATOR(<=), NEGATOR = OPERATOR(<));
CREATE OPERATOR ~~ (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_like);
CREATE OPERATOR !~~ (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_nlike);
CREATE OPERATOR ~~* (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_like);
CREATE OPERATOR !~~* (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_nlike);
CREATE OPERATOR ~ (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_regex);
CREATE OPERATOR !~ (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_nregex);
CREATE OPERATOR ~* (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_regex);
CREATE OPERATOR !~* (LEFTARG = citext, RIGHTARG = citext, FUNCTION = citext_nregex);
CREATE OPERATOR ~~ (LEFTARG = citext, RIGHTARG = text, FUNCTION = citext_like);
CREATE OPERATOR !~~ (LEFTARG = citext, RIGHTARG = text, FUNCTION = citext_nlike);
CREATE OPERATOR ~ (LEFTARG = citext, RIGHTARG = text, FUNCTION = citext_regex);
CREATE OPERATOR !~ (LEFTARG = citext, RIGHTARG = text, FUNCTION = citext_nregex);
CREATE OPERATOR ~* (LEFTARG = citext, RIGHTARG = text, FUNCTION = citext_regex);
CREATE OPERATOR !~* (LEFTARG = citext, RIGHTARG = text, FUNCTION = citext_nregex);
CREATE OPERATOR CLASS citext_ops DEFAULT FOR TYPE citext USING btree AS
    OPERATOR 1 < (citext, citext), OPERATOR 2 <= (citext, citext), OPERATOR 3 = (citext, citext),
    OPERATOR 4 >= (citext, citext), OPERATOR 5 > (citext, citext), FUNCTION 1 citext_cmp(citext, citext);
CREATE OPERATOR CLASS citext_ops DEFAULT FOR TYPE citext USING hash AS
    OPERATOR 1 = (citext, citext), FUNCTION 1 citext_hash(citext);
