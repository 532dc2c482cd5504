-- Custom fields of unified models. customer_id '': every customer's. mode: defined | inherit.
CREATE TABLE "unified_mapping" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL DEFAULT '',
    "provider" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "mode" TEXT NOT NULL DEFAULT 'defined',
    "fields" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "unified_mapping_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "unified_mapping_application_id_id_key" ON "unified_mapping"("application_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "unified_mapping_application_id_category_model_provider_cust_key" ON "unified_mapping"("application_id", "category", "model", "provider", "customer_id");

-- AddForeignKey
ALTER TABLE "unified_mapping" ADD CONSTRAINT "unified_mapping_application_id_fkey" FOREIGN KEY ("application_id") REFERENCES "application"("id") ON DELETE CASCADE ON UPDATE CASCADE;
