-- Schedules beyond the interval, and who asked for a run.
ALTER TABLE "sync" ADD COLUMN     "last_hook_at" TIMESTAMPTZ(3),
ADD COLUMN     "rerun_metadata" JSONB,
ADD COLUMN     "rerun_source" TEXT,
ADD COLUMN     "rerun_trigger" TEXT,
ADD COLUMN     "schedule" JSONB;

ALTER TABLE "run" ADD COLUMN     "metadata" JSONB,
ADD COLUMN     "source" TEXT;

-- Hooks: an address of its own for each provider config, those that exist included.
ALTER TABLE "provider_config" ADD COLUMN     "hook_secret_key_id" TEXT,
ADD COLUMN     "hook_secret_sealed" BYTEA,
ADD COLUMN     "hook_token" TEXT;

UPDATE "provider_config" SET "hook_token" = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');

-- What the provider has told us about: ids only.
CREATE TABLE "hook_notice" (
    "application_id" TEXT NOT NULL,
    "sync_id" TEXT NOT NULL,
    "record_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "done_version" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "claimed_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "hook_notice_pkey" PRIMARY KEY ("sync_id","record_id")
);

-- CreateIndex
CREATE INDEX "hook_notice_due_at_idx" ON "hook_notice"("due_at");

-- CreateIndex
CREATE INDEX "connection_provider_config_id_remote_account_id_idx" ON "connection"("provider_config_id", "remote_account_id");

-- CreateIndex
CREATE UNIQUE INDEX "provider_config_hook_token_key" ON "provider_config"("hook_token");

-- AddForeignKey
ALTER TABLE "hook_notice" ADD CONSTRAINT "hook_notice_application_id_sync_id_fkey" FOREIGN KEY ("application_id", "sync_id") REFERENCES "sync"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
