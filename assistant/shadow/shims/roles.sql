-- Every cluster: who replays (postgres) and who seeds and looks (stanch_admin). Neither is a superuser, so that a column
-- default or a CHECK of hostile SQL gains nothing by being run through them.
CREATE ROLE postgres LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS CONNECTION LIMIT 40;
CREATE ROLE stanch_admin LOGIN BYPASSRLS CONNECTION LIMIT 40;
GRANT postgres, pg_read_all_data, pg_write_all_data, pg_read_all_stats TO stanch_admin;
GRANT SET ON PARAMETER session_replication_role TO postgres, stanch_admin;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'pg_maintain') THEN -- since PostgreSQL 17
        GRANT pg_maintain TO stanch_admin;
    END IF;
END $$;
