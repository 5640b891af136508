-- The roles of a Supabase project, once a cluster. `postgres` is what migrations run as: not a superuser, there or here.
CREATE ROLE anon NOLOGIN NOINHERIT;
CREATE ROLE authenticated NOLOGIN NOINHERIT;
CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS;
CREATE ROLE authenticator LOGIN NOINHERIT;
CREATE ROLE supabase_admin NOLOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS;
CREATE ROLE supabase_auth_admin NOLOGIN NOINHERIT CREATEROLE;
CREATE ROLE supabase_storage_admin NOLOGIN NOINHERIT CREATEROLE;
CREATE ROLE supabase_functions_admin NOLOGIN NOINHERIT CREATEROLE;
CREATE ROLE supabase_realtime_admin NOLOGIN NOINHERIT;
CREATE ROLE supabase_replication_admin NOLOGIN REPLICATION;
CREATE ROLE supabase_read_only_user NOLOGIN BYPASSRLS;
CREATE ROLE supabase_etl_admin NOLOGIN REPLICATION;
CREATE ROLE supabase_privileged_role NOLOGIN;
CREATE ROLE dashboard_user NOLOGIN CREATEDB CREATEROLE REPLICATION;
CREATE ROLE pgbouncer NOLOGIN;
CREATE ROLE pgsodium_keyiduser NOLOGIN;
CREATE ROLE pgsodium_keyholder NOLOGIN;
CREATE ROLE pgsodium_keymaker NOLOGIN;
CREATE ROLE pgtle_admin NOLOGIN;

GRANT anon, authenticated, service_role TO authenticator;
GRANT authenticator TO supabase_storage_admin;
GRANT anon, authenticated, service_role, authenticator, supabase_admin, supabase_auth_admin, supabase_storage_admin,
    supabase_functions_admin, supabase_realtime_admin, supabase_replication_admin, supabase_read_only_user,
    supabase_etl_admin, supabase_privileged_role, dashboard_user, pgbouncer, pgsodium_keyiduser, pgsodium_keyholder,
    pgsodium_keymaker, pgtle_admin TO postgres WITH ADMIN OPTION;

ALTER ROLE postgres SET search_path = "$user", public, extensions;
ALTER ROLE stanch_admin SET search_path = "$user", public, extensions;
ALTER ROLE anon SET statement_timeout = '3s';
ALTER ROLE authenticated SET statement_timeout = '8s';

-- settings that a project's migrations may store for a role or a database
GRANT SET ON PARAMETER pgrst.db_schemas, pgrst.db_extra_search_path, pgrst.db_pre_request, pgrst.db_max_rows,
    pgrst.db_aggregates_enabled, pgrst.db_plan_enabled, pgrst.db_anon_role, pgrst.jwt_secret, pgrst.openapi_mode,
    app.settings.jwt_secret, app.settings.jwt_exp, app.settings.service_role_key, app.settings.anon_key,
    app.settings.supabase_url, app.settings.project_url, app.settings.edge_function_url, app.settings.webhook_secret,
    app.settings.encryption_key, app.jwt_secret, app.jwt_exp, app.supabase_url, app.service_role_key, app.encryption_key
    TO postgres;
