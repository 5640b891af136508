CREATE ROLE app_user NOLOGIN;

CREATE TABLE tenants (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL
);

CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  email text NOT NULL UNIQUE
);
CREATE INDEX users_tenant_id_idx ON users (tenant_id);

CREATE TABLE shipments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  customer_email text NOT NULL
);
CREATE INDEX shipments_tenant_id_idx ON shipments (tenant_id);

CREATE TABLE invoices (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  amount_cents integer NOT NULL
);
CREATE INDEX invoices_tenant_id_idx ON invoices (tenant_id);

GRANT USAGE ON SCHEMA public TO app_user;
GRANT SELECT ON tenants, users TO app_user;
GRANT SELECT, INSERT, UPDATE, DELETE ON shipments, invoices TO app_user;
