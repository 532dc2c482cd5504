-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "application" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "return_urls" TEXT[],
    "origins" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "application_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "customer" (
    "application_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "customer_pkey" PRIMARY KEY ("application_id","id")
);

-- CreateTable
CREATE TABLE "provider_config" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "auth_kind" TEXT NOT NULL,
    "client_id" TEXT,
    "client_secret_sealed" BYTEA,
    "client_secret_key_id" TEXT,
    "scopes" TEXT[],
    "status" TEXT NOT NULL DEFAULT 'active',
    "status_reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "provider_config_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connect_session" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "provider_config_id" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "return_url" TEXT,
    "origin" TEXT,
    "reconnect_id" TEXT,
    "connection_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'open',
    "status_reason" TEXT,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "connect_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "oauth_state" (
    "state_hash" BYTEA NOT NULL,
    "application_id" TEXT NOT NULL,
    "connect_session_id" TEXT NOT NULL,
    "browser_hash" BYTEA NOT NULL,
    "sealed" BYTEA NOT NULL,
    "sealed_key_id" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "redirect_uri" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "oauth_state_pkey" PRIMARY KEY ("state_hash")
);

-- CreateTable
CREATE TABLE "connection" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "provider_config_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "auth_kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "status_reason" TEXT,
    "credentials_sealed" BYTEA,
    "credentials_key_id" TEXT,
    "credentials_version" INTEGER NOT NULL DEFAULT 1,
    "access_expires_at" TIMESTAMPTZ(3),
    "captured" JSONB NOT NULL DEFAULT '{}',
    "remote_account_id" TEXT,
    "remote_account_name" TEXT,
    "scopes" TEXT[],
    "refresh_lease_owner" TEXT,
    "refresh_lease_until" TIMESTAMPTZ(3),
    "refresh_fence" BIGINT NOT NULL DEFAULT 0,
    "purge_requested_at" TIMESTAMPTZ(3),
    "disconnected_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "connection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "destination" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "schema" TEXT NOT NULL,
    "url_sealed" BYTEA,
    "url_key_id" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "destination_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sync_config" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "provider_config_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "destination_id" TEXT NOT NULL,
    "objects" JSONB NOT NULL,
    "start_on_connection" BOOLEAN NOT NULL DEFAULT true,
    "status" TEXT NOT NULL DEFAULT 'enabled',
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sync_config_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sync" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "sync_config_id" TEXT NOT NULL,
    "destination_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "object" TEXT NOT NULL,
    "strategy" TEXT NOT NULL,
    "full_refresh_every" INTEGER,
    "interval_seconds" INTEGER NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "pause_reason" TEXT,
    "health" TEXT NOT NULL DEFAULT 'pending',
    "next_run_at" TIMESTAMPTZ(3),
    "rerun_requested" BOOLEAN NOT NULL DEFAULT false,
    "full_requested" BOOLEAN NOT NULL DEFAULT false,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "fence" BIGINT NOT NULL DEFAULT 0,
    "current_run_id" TEXT,
    "incrementals_since_full" INTEGER NOT NULL DEFAULT 0,
    "consecutive_failures" INTEGER NOT NULL DEFAULT 0,
    "last_success_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sync_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "sync_id" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "object" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "error_code" TEXT,
    "error_message" TEXT,
    "slices" INTEGER NOT NULL DEFAULT 0,
    "fetched" INTEGER NOT NULL DEFAULT 0,
    "inserted" INTEGER NOT NULL DEFAULT 0,
    "updated" INTEGER NOT NULL DEFAULT 0,
    "deleted" INTEGER NOT NULL DEFAULT 0,
    "unchanged" INTEGER NOT NULL DEFAULT 0,
    "quarantined" INTEGER NOT NULL DEFAULT 0,
    "api_calls" INTEGER NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "held_deletes" INTEGER NOT NULL DEFAULT 0,
    "watermark_before" TEXT,
    "watermark_after" TEXT,
    "first_seq" BIGINT,
    "last_seq" BIGINT,
    "provider_time" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" TEXT NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "application_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_budget" (
    "application_id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "not_before" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rate_budget_pkey" PRIMARY KEY ("connection_id","category")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "application_id" TEXT NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "answer_sealed" BYTEA,
    "answer_key_id" TEXT,
    "status" INTEGER,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("application_id","key_hash")
);

-- CreateTable
CREATE TABLE "vault_key" (
    "id" TEXT NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "vault_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clock_offset" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "milliseconds" BIGINT NOT NULL,

    CONSTRAINT "clock_offset_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_key_prefix_key" ON "api_key"("prefix");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_application_id_id_key" ON "api_key"("application_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "provider_config_application_id_id_key" ON "provider_config"("application_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "provider_config_application_id_provider_key" ON "provider_config"("application_id", "provider");

-- CreateIndex
CREATE UNIQUE INDEX "connect_session_token_hash_key" ON "connect_session"("token_hash");

-- CreateIndex
CREATE INDEX "connect_session_expires_at_idx" ON "connect_session"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "connect_session_application_id_id_key" ON "connect_session"("application_id", "id");

-- CreateIndex
CREATE INDEX "oauth_state_expires_at_idx" ON "oauth_state"("expires_at");

-- CreateIndex
CREATE INDEX "connection_application_id_customer_id_idx" ON "connection"("application_id", "customer_id");

-- CreateIndex
CREATE INDEX "connection_credentials_key_id_idx" ON "connection"("credentials_key_id");

-- CreateIndex
CREATE UNIQUE INDEX "connection_application_id_id_key" ON "connection"("application_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "destination_application_id_id_key" ON "destination"("application_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "destination_application_id_name_key" ON "destination"("application_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "sync_config_application_id_id_key" ON "sync_config"("application_id", "id");

-- CreateIndex
CREATE INDEX "sync_status_next_run_at_idx" ON "sync"("status", "next_run_at");

-- CreateIndex
CREATE INDEX "sync_lease_until_idx" ON "sync"("lease_until");

-- CreateIndex
CREATE INDEX "sync_application_id_customer_id_idx" ON "sync"("application_id", "customer_id");

-- CreateIndex
CREATE UNIQUE INDEX "sync_application_id_id_key" ON "sync"("application_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "sync_sync_config_id_connection_id_object_key" ON "sync"("sync_config_id", "connection_id", "object");

-- CreateIndex
CREATE INDEX "run_sync_id_created_at_idx" ON "run"("sync_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "run_application_id_id_key" ON "run"("application_id", "id");

-- CreateIndex
CREATE INDEX "event_application_id_seq_idx" ON "event"("application_id", "seq");

-- CreateIndex
CREATE INDEX "audit_entry_application_id_id_idx" ON "audit_entry"("application_id", "id");

-- CreateIndex
CREATE INDEX "idempotency_key_expires_at_idx" ON "idempotency_key"("expires_at");

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_application_id_fkey" FOREIGN KEY ("application_id") REFERENCES "application"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customer" ADD CONSTRAINT "customer_application_id_fkey" FOREIGN KEY ("application_id") REFERENCES "application"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "provider_config" ADD CONSTRAINT "provider_config_application_id_fkey" FOREIGN KEY ("application_id") REFERENCES "application"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connect_session" ADD CONSTRAINT "connect_session_application_id_customer_id_fkey" FOREIGN KEY ("application_id", "customer_id") REFERENCES "customer"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connect_session" ADD CONSTRAINT "connect_session_application_id_provider_config_id_fkey" FOREIGN KEY ("application_id", "provider_config_id") REFERENCES "provider_config"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "oauth_state" ADD CONSTRAINT "oauth_state_application_id_connect_session_id_fkey" FOREIGN KEY ("application_id", "connect_session_id") REFERENCES "connect_session"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection" ADD CONSTRAINT "connection_application_id_customer_id_fkey" FOREIGN KEY ("application_id", "customer_id") REFERENCES "customer"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection" ADD CONSTRAINT "connection_application_id_provider_config_id_fkey" FOREIGN KEY ("application_id", "provider_config_id") REFERENCES "provider_config"("application_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "destination" ADD CONSTRAINT "destination_application_id_fkey" FOREIGN KEY ("application_id") REFERENCES "application"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync_config" ADD CONSTRAINT "sync_config_application_id_fkey" FOREIGN KEY ("application_id") REFERENCES "application"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync_config" ADD CONSTRAINT "sync_config_application_id_provider_config_id_fkey" FOREIGN KEY ("application_id", "provider_config_id") REFERENCES "provider_config"("application_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync_config" ADD CONSTRAINT "sync_config_application_id_destination_id_fkey" FOREIGN KEY ("application_id", "destination_id") REFERENCES "destination"("application_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync" ADD CONSTRAINT "sync_application_id_connection_id_fkey" FOREIGN KEY ("application_id", "connection_id") REFERENCES "connection"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync" ADD CONSTRAINT "sync_application_id_sync_config_id_fkey" FOREIGN KEY ("application_id", "sync_config_id") REFERENCES "sync_config"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync" ADD CONSTRAINT "sync_application_id_destination_id_fkey" FOREIGN KEY ("application_id", "destination_id") REFERENCES "destination"("application_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run" ADD CONSTRAINT "run_application_id_sync_id_fkey" FOREIGN KEY ("application_id", "sync_id") REFERENCES "sync"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event" ADD CONSTRAINT "event_application_id_fkey" FOREIGN KEY ("application_id") REFERENCES "application"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rate_budget" ADD CONSTRAINT "rate_budget_application_id_connection_id_fkey" FOREIGN KEY ("application_id", "connection_id") REFERENCES "connection"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entry" ADD CONSTRAINT "audit_entry_application_id_fkey" FOREIGN KEY ("application_id") REFERENCES "application"("id") ON DELETE CASCADE ON UPDATE CASCADE;





-- Time that decides between processes. The offset is set by tests only; production refuses to start while one is set.
create function syncline_now() returns timestamptz language sql volatile as $$
  select clock_timestamp() + coalesce((select milliseconds from clock_offset where id = 1), 0) * interval '1 millisecond'
$$;

-- Due syncs are claimed by this index: one statement, flat in the number of syncs that are not due.
create index sync_due on "sync" (next_run_at) where status = 'active' and next_run_at is not null;
