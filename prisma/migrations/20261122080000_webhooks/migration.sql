-- Per application, without holes, given after the commit by a single stamper; seq stays the order of arrival.
ALTER TABLE "event" ADD COLUMN     "number" BIGINT;

-- CreateTable
CREATE TABLE "event_counter" (
    "application_id" TEXT NOT NULL,
    "last_number" BIGINT NOT NULL,

    CONSTRAINT "event_counter_pkey" PRIMARY KEY ("application_id")
);

-- AddForeignKey
ALTER TABLE "event_counter" ADD CONSTRAINT "event_counter_application_id_fkey" FOREIGN KEY ("application_id") REFERENCES "application"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is there keeps the order in which it has been read.
update event e
set number = n.number
from (select id, row_number() over (partition by application_id order by seq) as number from event) n
where n.id = e.id;

insert into event_counter (application_id, last_number)
select application_id, max(number) from event group by application_id;

-- CreateIndex
CREATE UNIQUE INDEX "event_application_id_number_key" ON "event"("application_id", "number");

-- What the stamper looks for: nearly always nothing.
create index event_unnumbered on "event" (seq) where number is null;

-- status: enabled | disabled. payload: event | records. position: the last number for which deliveries were planned.
CREATE TABLE "webhook_endpoint" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "description" TEXT,
    "event_types" TEXT[],
    "filters" JSONB NOT NULL DEFAULT '{}',
    "payload" TEXT NOT NULL DEFAULT 'event',
    "status" TEXT NOT NULL DEFAULT 'enabled',
    "status_reason" TEXT,
    "secret_sealed" BYTEA NOT NULL,
    "secret_key_id" TEXT NOT NULL,
    "previous_secret_sealed" BYTEA,
    "previous_secret_key_id" TEXT,
    "previous_secret_until" TIMESTAMPTZ(3),
    "position" BIGINT NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "not_before" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_endpoint_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "webhook_endpoint_application_id_id_key" ON "webhook_endpoint"("application_id", "id");

-- AddForeignKey
ALTER TABLE "webhook_endpoint" ADD CONSTRAINT "webhook_endpoint_application_id_fkey" FOREIGN KEY ("application_id") REFERENCES "application"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- status: pending | succeeded | dead. record_seq: where the next part of a delivery with records begins.
CREATE TABLE "webhook_delivery" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "event_number" BIGINT NOT NULL,
    "event_type" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "record_seq" BIGINT,
    "is_replay" BOOLEAN NOT NULL DEFAULT false,
    "response_status" INTEGER,
    "error" TEXT,
    "duration_ms" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "webhook_delivery_endpoint_id_status_next_attempt_at_idx" ON "webhook_delivery"("endpoint_id", "status", "next_attempt_at");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_delivery_application_id_id_key" ON "webhook_delivery"("application_id", "id");

-- AddForeignKey
ALTER TABLE "webhook_delivery" ADD CONSTRAINT "webhook_delivery_application_id_endpoint_id_fkey" FOREIGN KEY ("application_id", "endpoint_id") REFERENCES "webhook_endpoint"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
