-- pg_stat_statements: has its columns and no rows.
CREATE VIEW pg_stat_statements AS
    SELECT NULL::oid AS userid, NULL::oid AS dbid, NULL::boolean AS toplevel, NULL::bigint AS queryid, NULL::text AS query,
        NULL::bigint AS plans, NULL::float8 AS total_plan_time, NULL::bigint AS calls, NULL::float8 AS total_exec_time,
        NULL::float8 AS min_exec_time, NULL::float8 AS max_exec_time, NULL::float8 AS mean_exec_time,
        NULL::float8 AS stddev_exec_time, NULL::bigint AS rows, NULL::bigint AS shared_blks_hit,
        NULL::bigint AS shared_blks_read, NULL::bigint AS shared_blks_dirtied, NULL::bigint AS shared_blks_written,
        NULL::bigint AS local_blks_hit, NULL::bigint AS local_blks_read, NULL::bigint AS local_blks_dirtied,
        NULL::bigint AS local_blks_written, NULL::bigint AS temp_blks_read, NULL::bigint AS temp_blks_written,
        NULL::float8 AS shared_blk_read_time, NULL::float8 AS shared_blk_write_time, NULL::float8 AS blk_read_time,
        NULL::float8 AS blk_write_time, NULL::bigint AS wal_records, NULL::bigint AS wal_fpi, NULL::numeric AS wal_bytes
    WHERE false;
CREATE VIEW pg_stat_statements_info AS SELECT 0::bigint AS dealloc, pg_catalog.now() AS stats_reset;
CREATE FUNCTION pg_stat_statements_reset(userid oid DEFAULT 0, dbid oid DEFAULT 0, queryid bigint DEFAULT 0)
    RETURNS void LANGUAGE sql AS $$ SELECT $$;
