-- AlterTable
ALTER TABLE "run" ADD COLUMN     "complete_as_of" TIMESTAMPTZ(3),
ADD COLUMN     "lag_seconds" INTEGER,
ADD COLUMN     "total_estimate" INTEGER,
ADD COLUMN     "unfolded" JSONB,
ADD COLUMN     "wait_ms" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "sync" ADD COLUMN     "complete_as_of" TIMESTAMPTZ(3),
ADD COLUMN     "complete_before" TIMESTAMPTZ(3),
ADD COLUMN     "complete_before_seq" BIGINT,
ADD COLUMN     "complete_seq" BIGINT,
ADD COLUMN     "last_full_records" INTEGER;

-- The oldest of an object, and the latest to have moved: what a page of everybody's records needs to know.
CREATE INDEX "sync_destination_id_provider_object_complete_as_of_idx" ON "sync"("destination_id", "provider", "object", "complete_as_of");

CREATE INDEX "sync_destination_id_provider_object_complete_seq_idx" ON "sync"("destination_id", "provider", "object", "complete_seq");
