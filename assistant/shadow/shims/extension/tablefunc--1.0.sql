-- tablefunc: gives no rows.
CREATE FUNCTION crosstab(sql text) RETURNS SETOF record LANGUAGE plpgsql STABLE STRICT AS $$ BEGIN RETURN; END $$;
CREATE FUNCTION crosstab(source_sql text, category_sql text) RETURNS SETOF record LANGUAGE plpgsql STABLE STRICT AS $$ BEGIN RETURN; END $$;
CREATE FUNCTION normal_rand(integer, float8, float8) RETURNS SETOF float8 LANGUAGE sql AS $$ SELECT $2 FROM pg_catalog.generate_series(1, $1) $$;
CREATE FUNCTION connectby(text, text, text, text, integer, text) RETURNS SETOF record LANGUAGE plpgsql STABLE STRICT AS $$ BEGIN RETURN; END $$;
CREATE FUNCTION connectby(text, text, text, text, integer) RETURNS SETOF record LANGUAGE plpgsql STABLE STRICT AS $$ BEGIN RETURN; END $$;
