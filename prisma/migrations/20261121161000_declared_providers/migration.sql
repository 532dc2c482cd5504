-- CreateTable
CREATE TABLE "declared_provider" (
    "application_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "definition" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "declared_provider_pkey" PRIMARY KEY ("application_id","name")
);

-- AddForeignKey
ALTER TABLE "declared_provider" ADD CONSTRAINT "declared_provider_application_id_fkey" FOREIGN KEY ("application_id") REFERENCES "application"("id") ON DELETE CASCADE ON UPDATE CASCADE;
