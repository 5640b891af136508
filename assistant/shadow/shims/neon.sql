-- What Neon adds to a database: the session of the token, and grants that its console gives to the two API roles.
CREATE SCHEMA auth;
GRANT USAGE ON SCHEMA auth TO PUBLIC;

CREATE FUNCTION auth.session() RETURNS jsonb LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;

CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;

CREATE FUNCTION auth.user_id() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub' $$;

CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;

CREATE FUNCTION auth.init() RETURNS void LANGUAGE sql AS $$ SELECT $$;
CREATE FUNCTION auth.jwt_session_init(jwt text) RETURNS void LANGUAGE sql AS $$ SELECT $$;

-- Neon Auth keeps a copy of its users here.
CREATE SCHEMA neon_auth AUTHORIZATION postgres;
CREATE TABLE neon_auth.users_sync (
    raw_json jsonb NOT NULL DEFAULT '{}',
    id text NOT NULL GENERATED ALWAYS AS (raw_json ->> 'id') STORED PRIMARY KEY,
    name text GENERATED ALWAYS AS (raw_json ->> 'display_name') STORED,
    email text GENERATED ALWAYS AS (raw_json ->> 'primary_email') STORED,
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz,
    deleted_at timestamptz
);
ALTER TABLE neon_auth.users_sync OWNER TO postgres;

GRANT USAGE ON SCHEMA public TO authenticated, anonymous;
ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO authenticated, anonymous;
ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT USAGE ON SEQUENCES TO authenticated, anonymous;
