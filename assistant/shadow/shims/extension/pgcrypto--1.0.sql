-- pgcrypto: md5 and the sha2 family are real; sha1 is a shortened sha256; crypt() has the shape of bcrypt and compares
-- like it; encryption only turns the bytes around, so that a plain value never stands in the column.
CREATE FUNCTION gen_random_uuid() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$ SELECT pg_catalog.gen_random_uuid() $$;
CREATE FUNCTION gen_random_bytes(count integer) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT AS $$
DECLARE
    bytes bytea := '';
BEGIN
    IF count NOT BETWEEN 1 AND 1024 THEN
        RAISE EXCEPTION 'Length not in range' USING ERRCODE = '22023';
    END IF;
    WHILE pg_catalog.length(bytes) < count LOOP
        bytes := bytes || pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()));
    END LOOP;
    RETURN pg_catalog.substr(bytes, 1, count);
END
$$;
CREATE FUNCTION digest(data bytea, type text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    CASE pg_catalog.lower(type)
        WHEN 'md5' THEN RETURN pg_catalog.decode(pg_catalog.md5(data), 'hex');
        WHEN 'sha1' THEN RETURN pg_catalog.substr(pg_catalog.sha256(data), 1, 20);
        WHEN 'sha224' THEN RETURN pg_catalog.sha224(data);
        WHEN 'sha256' THEN RETURN pg_catalog.sha256(data);
        WHEN 'sha384' THEN RETURN pg_catalog.sha384(data);
        WHEN 'sha512' THEN RETURN pg_catalog.sha512(data);
        ELSE RAISE EXCEPTION 'Cannot use "%": No such hash algorithm', type USING ERRCODE = '22023';
    END CASE;
END
$$;
CREATE FUNCTION digest(data text, type text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bytes bytea := pg_catalog.convert_to(data, 'UTF8');
BEGIN
    CASE pg_catalog.lower(type)
        WHEN 'md5' THEN RETURN pg_catalog.decode(pg_catalog.md5(bytes), 'hex');
        WHEN 'sha1' THEN RETURN pg_catalog.substr(pg_catalog.sha256(bytes), 1, 20);
        WHEN 'sha224' THEN RETURN pg_catalog.sha224(bytes);
        WHEN 'sha256' THEN RETURN pg_catalog.sha256(bytes);
        WHEN 'sha384' THEN RETURN pg_catalog.sha384(bytes);
        WHEN 'sha512' THEN RETURN pg_catalog.sha512(bytes);
        ELSE RAISE EXCEPTION 'Cannot use "%": No such hash algorithm', type USING ERRCODE = '22023';
    END CASE;
END
$$;
CREATE FUNCTION hmac(data bytea, key bytea, type text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    block integer := CASE WHEN pg_catalog.lower(type) IN ('sha384', 'sha512') THEN 128 ELSE 64 END;
    inner_pad bytea;
    outer_pad bytea;
    hashed bytea;
BEGIN
    IF pg_catalog.length(key) > block THEN
        key := CASE pg_catalog.lower(type) WHEN 'sha512' THEN pg_catalog.sha512(key) WHEN 'sha384' THEN pg_catalog.sha384(key)
            WHEN 'md5' THEN pg_catalog.decode(pg_catalog.md5(key), 'hex') ELSE pg_catalog.sha256(key) END;
    END IF;
    key := key || pg_catalog.decode(pg_catalog.repeat('00', block - pg_catalog.length(key)), 'hex');
    inner_pad := key;
    outer_pad := key;
    FOR i IN 0 .. block - 1 LOOP
        inner_pad := pg_catalog.set_byte(inner_pad, i, pg_catalog.get_byte(key, i) # 54);
        outer_pad := pg_catalog.set_byte(outer_pad, i, pg_catalog.get_byte(key, i) # 92);
    END LOOP;
    CASE pg_catalog.lower(type)
        WHEN 'md5' THEN
            hashed := pg_catalog.decode(pg_catalog.md5(inner_pad || data), 'hex');
            RETURN pg_catalog.decode(pg_catalog.md5(outer_pad || hashed), 'hex');
        WHEN 'sha384' THEN RETURN pg_catalog.sha384(outer_pad || pg_catalog.sha384(inner_pad || data));
        WHEN 'sha512' THEN RETURN pg_catalog.sha512(outer_pad || pg_catalog.sha512(inner_pad || data));
        WHEN 'sha224' THEN RETURN pg_catalog.sha224(outer_pad || pg_catalog.sha224(inner_pad || data));
        WHEN 'sha256' THEN RETURN pg_catalog.sha256(outer_pad || pg_catalog.sha256(inner_pad || data));
        WHEN 'sha1' THEN RETURN pg_catalog.substr(pg_catalog.sha256(outer_pad || pg_catalog.sha256(inner_pad || data)), 1, 20);
        ELSE RAISE EXCEPTION 'Cannot use "%": No such hash algorithm', type USING ERRCODE = '22023';
    END CASE;
END
$$;
CREATE FUNCTION hmac(data text, key text, type text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT @extschema@.hmac(pg_catalog.convert_to(data, 'UTF8'), pg_catalog.convert_to(key, 'UTF8'), type) $$;
CREATE FUNCTION gen_salt(type text, rounds integer) RETURNS text LANGUAGE sql VOLATILE STRICT AS
$$ SELECT '$2a$' || pg_catalog.lpad(rounds::text, 2, '0') || '$' || pg_catalog.substr(pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', ''), 1, 22) $$;
CREATE FUNCTION gen_salt(type text) RETURNS text LANGUAGE sql VOLATILE STRICT AS
$$ SELECT '$2a$06$' || pg_catalog.substr(pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', ''), 1, 22) $$;
CREATE FUNCTION crypt(password text, salt text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT pg_catalog.left(salt, 29) || pg_catalog.substr(pg_catalog.md5(pg_catalog.left(salt, 29) || password), 1, 31) $$;

CREATE FUNCTION encrypt(data bytea, key bytea, type text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT pg_catalog.decode(pg_catalog.reverse(pg_catalog.encode(data, 'hex')), 'hex') $$;
CREATE FUNCTION decrypt(data bytea, key bytea, type text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT pg_catalog.decode(pg_catalog.reverse(pg_catalog.encode(data, 'hex')), 'hex') $$;
CREATE FUNCTION encrypt_iv(data bytea, key bytea, iv bytea, type text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT pg_catalog.decode(pg_catalog.reverse(pg_catalog.encode(data, 'hex')), 'hex') $$;
CREATE FUNCTION decrypt_iv(data bytea, key bytea, iv bytea, type text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT pg_catalog.decode(pg_catalog.reverse(pg_catalog.encode(data, 'hex')), 'hex') $$;
CREATE FUNCTION pgp_sym_encrypt_bytea(data bytea, psw text, options text DEFAULT '') RETURNS bytea LANGUAGE sql VOLATILE STRICT AS
$$ SELECT pg_catalog.decode(pg_catalog.reverse(pg_catalog.encode(data, 'hex')), 'hex') $$;
CREATE FUNCTION pgp_sym_decrypt_bytea(data bytea, psw text, options text DEFAULT '') RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT pg_catalog.decode(pg_catalog.reverse(pg_catalog.encode(data, 'hex')), 'hex') $$;
CREATE FUNCTION pgp_sym_encrypt(data text, psw text, options text DEFAULT '') RETURNS bytea LANGUAGE sql VOLATILE STRICT AS
$$ SELECT pg_catalog.decode(pg_catalog.reverse(pg_catalog.encode(pg_catalog.convert_to(data, 'UTF8'), 'hex')), 'hex') $$;
CREATE FUNCTION pgp_sym_decrypt(data bytea, psw text, options text DEFAULT '') RETURNS text LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT pg_catalog.convert_from(pg_catalog.decode(pg_catalog.reverse(pg_catalog.encode(data, 'hex')), 'hex'), 'UTF8') $$;
CREATE FUNCTION pgp_pub_encrypt(data text, key bytea, options text DEFAULT '') RETURNS bytea LANGUAGE sql VOLATILE STRICT AS
$$ SELECT pg_catalog.decode(pg_catalog.reverse(pg_catalog.encode(pg_catalog.convert_to(data, 'UTF8'), 'hex')), 'hex') $$;
CREATE FUNCTION pgp_pub_decrypt(data bytea, key bytea, psw text DEFAULT '', options text DEFAULT '') RETURNS text LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT pg_catalog.convert_from(pg_catalog.decode(pg_catalog.reverse(pg_catalog.encode(data, 'hex')), 'hex'), 'UTF8') $$;
CREATE FUNCTION armor(data bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.encode(data, 'base64') $$;
CREATE FUNCTION dearmor(data text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT pg_catalog.decode(data, 'base64') $$;
