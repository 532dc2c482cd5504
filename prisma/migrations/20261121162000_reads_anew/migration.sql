-- AlterTable
ALTER TABLE "sync" ADD COLUMN     "reads_anew_since" TIMESTAMPTZ(3);
