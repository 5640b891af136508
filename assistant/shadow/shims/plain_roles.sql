-- A PostgreSQL without a platform: one role for the application, which does not own the tables it reads.
CREATE ROLE application NOLOGIN;
GRANT application TO postgres WITH ADMIN OPTION;
