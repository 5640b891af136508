-- pgmq: queues are tables in the schema pgmq, as in the original; whoever may read the table reads the queue.
CREATE TABLE pgmq.meta (queue_name varchar UNIQUE NOT NULL, is_partitioned boolean NOT NULL, is_unlogged boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now());
ALTER TABLE pgmq.meta OWNER TO @extowner@;
CREATE TYPE pgmq.message_record AS (msg_id bigint, read_ct integer, enqueued_at timestamptz, vt timestamptz, message jsonb);
CREATE TYPE pgmq.queue_record AS (queue_name varchar, is_partitioned boolean, is_unlogged boolean, created_at timestamptz);
CREATE FUNCTION pgmq."create"(queue_name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['q_' || lower(queue_name), 'a_' || lower(queue_name)] LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS pgmq.%I (msg_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,'
            ' read_ct integer NOT NULL DEFAULT 0, enqueued_at timestamptz NOT NULL DEFAULT now(),'
            ' vt timestamptz NOT NULL DEFAULT now(), message jsonb)', name);
    END LOOP;
    INSERT INTO pgmq.meta VALUES (queue_name, false, false) ON CONFLICT DO NOTHING;
END
$$;
CREATE FUNCTION pgmq.create_unlogged(queue_name text) RETURNS void LANGUAGE sql AS $$ SELECT pgmq."create"(queue_name) $$;
CREATE FUNCTION pgmq.create_non_partitioned(queue_name text) RETURNS void LANGUAGE sql AS $$ SELECT pgmq."create"(queue_name) $$;
CREATE FUNCTION pgmq.drop_queue(queue_name text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS pgmq.%I, pgmq.%I', 'q_' || lower(queue_name), 'a_' || lower(queue_name));
    DELETE FROM pgmq.meta m WHERE m.queue_name = drop_queue.queue_name;
    RETURN FOUND;
END
$$;
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, delay integer DEFAULT 0) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('INSERT INTO pgmq.%I (message) VALUES ($1) RETURNING msg_id', 'q_' || lower(queue_name)) USING msg;
END
$$;
CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], delay integer DEFAULT 0) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('INSERT INTO pgmq.%I (message) SELECT unnest($1) RETURNING msg_id', 'q_' || lower(queue_name)) USING msgs;
END
$$;
CREATE FUNCTION pgmq.read(queue_name text, vt integer, qty integer, conditional jsonb DEFAULT '{}') RETURNS SETOF pgmq.message_record
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT msg_id, read_ct, enqueued_at, vt, message FROM pgmq.%I ORDER BY msg_id LIMIT $1',
        'q_' || lower(queue_name)) USING qty;
END
$$;
CREATE FUNCTION pgmq.pop(queue_name text) RETURNS SETOF pgmq.message_record LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('DELETE FROM pgmq.%1$I WHERE msg_id = (SELECT min(msg_id) FROM pgmq.%1$I)'
        ' RETURNING msg_id, read_ct, enqueued_at, vt, message', 'q_' || lower(queue_name));
END
$$;
CREATE FUNCTION pgmq.delete(queue_name text, msg_id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    gone bigint;
BEGIN
    EXECUTE format('DELETE FROM pgmq.%I WHERE msg_id = $1 RETURNING msg_id', 'q_' || lower(queue_name)) INTO gone USING msg_id;
    RETURN gone IS NOT NULL;
END
$$;
CREATE FUNCTION pgmq.archive(queue_name text, msg_id bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT pgmq.delete(queue_name, msg_id) $$;
CREATE FUNCTION pgmq.set_vt(queue_name text, msg_id bigint, vt integer) RETURNS SETOF pgmq.message_record LANGUAGE plpgsql AS $$ BEGIN RETURN; END $$;
CREATE FUNCTION pgmq.list_queues() RETURNS SETOF pgmq.queue_record LANGUAGE sql AS $$ SELECT * FROM pgmq.meta $$;
CREATE FUNCTION pgmq.purge_queue(queue_name text) RETURNS bigint LANGUAGE sql AS $$ SELECT 0::bigint $$;
