-- AlterTable
ALTER TABLE "idempotency_key" ADD COLUMN     "has_effect" BOOLEAN NOT NULL DEFAULT false;
