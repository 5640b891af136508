BEGIN;
CREATE TABLE rides (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  driver_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
  home_address text NOT NULL,
  leaves_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX rides_driver_id_idx ON rides (driver_id);
COMMIT;
