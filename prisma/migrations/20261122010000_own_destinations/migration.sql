-- A vendor's own Postgres. address: what is shown of it (host, port, database, user, tls); the whole, with password and CA, is
-- url_sealed. settings: connections_max, statement_seconds_max, rows_per_second_max, write_window. status: active | unavailable.
ALTER TABLE "destination" ADD COLUMN     "address" JSONB,
ADD COLUMN     "settings" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "status" TEXT NOT NULL DEFAULT 'active',
ADD COLUMN     "status_changed_at" TIMESTAMPTZ(3),
ADD COLUMN     "status_reason" TEXT,
ADD COLUMN     "updated_at" TIMESTAMPTZ(3);
