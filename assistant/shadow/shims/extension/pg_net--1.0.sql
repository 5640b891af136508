-- pg_net: takes every request and sends none.
CREATE SCHEMA net AUTHORIZATION @extowner@;
GRANT USAGE ON SCHEMA net TO PUBLIC;
CREATE TABLE net.http_request_queue (id bigserial, method text, url text NOT NULL, headers jsonb, body bytea, timeout_milliseconds integer);
CREATE TABLE net._http_response (id bigint, status_code integer, content_type text, headers jsonb, content text, timed_out boolean,
    error_msg text, created timestamptz NOT NULL DEFAULT now());
CREATE FUNCTION net.http_post(url text, body jsonb DEFAULT '{}', params jsonb DEFAULT '{}',
    headers jsonb DEFAULT '{"Content-Type": "application/json"}', timeout_milliseconds integer DEFAULT 5000)
    RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$;
CREATE FUNCTION net.http_get(url text, params jsonb DEFAULT '{}', headers jsonb DEFAULT '{}', timeout_milliseconds integer DEFAULT 5000)
    RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$;
CREATE FUNCTION net.http_delete(url text, params jsonb DEFAULT '{}', headers jsonb DEFAULT '{}', timeout_milliseconds integer DEFAULT 5000,
    body jsonb DEFAULT NULL) RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$;
CREATE FUNCTION net.http_collect_response(request_id bigint, async boolean DEFAULT true) RETURNS jsonb LANGUAGE sql AS
$$ SELECT '{"status": "PENDING"}'::jsonb $$;
ALTER TABLE net.http_request_queue OWNER TO @extowner@;
ALTER TABLE net._http_response OWNER TO @extowner@;
ALTER FUNCTION net.http_post OWNER TO @extowner@;
ALTER FUNCTION net.http_get OWNER TO @extowner@;
ALTER FUNCTION net.http_delete OWNER TO @extowner@;
ALTER FUNCTION net.http_collect_response OWNER TO @extowner@;
