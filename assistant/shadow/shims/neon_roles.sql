-- The roles of a Neon project whose tables are reached with the user's token, once a cluster.
CREATE ROLE authenticated NOLOGIN;
CREATE ROLE anonymous NOLOGIN;
CREATE ROLE authenticator LOGIN NOINHERIT;
CREATE ROLE neondb_owner NOLOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS;
CREATE ROLE neon_superuser NOLOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS;

GRANT authenticated, anonymous TO authenticator;
GRANT authenticated, anonymous, authenticator, neondb_owner, neon_superuser TO postgres WITH ADMIN OPTION;
