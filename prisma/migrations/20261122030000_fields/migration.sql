-- Typed fields that a vendor declares of an object in a destination. status: adding | ready | dropping | failed.
CREATE TABLE "field" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "destination_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "object" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "is_indexed" BOOLEAN NOT NULL DEFAULT false,
    "status" TEXT NOT NULL DEFAULT 'adding',
    "status_reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "field_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "field_application_id_id_key" ON "field"("application_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "field_destination_id_provider_object_name_key" ON "field"("destination_id", "provider", "object", "name");

-- CreateIndex
CREATE INDEX "field_status_updated_at_idx" ON "field"("status", "updated_at");

-- AddForeignKey
ALTER TABLE "field" ADD CONSTRAINT "field_application_id_destination_id_fkey" FOREIGN KEY ("application_id", "destination_id") REFERENCES "destination"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
