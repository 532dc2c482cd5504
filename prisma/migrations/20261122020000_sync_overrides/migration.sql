-- Of this connection alone: interval_seconds, schedule, full_refresh_every, key_pass_interval_seconds, rate_limits.
ALTER TABLE "sync" ADD COLUMN     "overrides" JSONB;

-- Two syncs never write the same records: several sync configs of a provider part by object or destination.
CREATE UNIQUE INDEX "sync_connection_id_object_destination_id_key" ON "sync"("connection_id", "object", "destination_id");

-- From when a destination takes rows again, where their rate is capped; one row for all processes.
CREATE TABLE "destination_load" (
    "application_id" TEXT NOT NULL,
    "destination_id" TEXT NOT NULL,
    "free_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "destination_load_pkey" PRIMARY KEY ("destination_id")
);

-- AddForeignKey
ALTER TABLE "destination_load" ADD CONSTRAINT "destination_load_application_id_destination_id_fkey" FOREIGN KEY ("application_id", "destination_id") REFERENCES "destination"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
