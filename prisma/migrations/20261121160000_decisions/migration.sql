-- What a person decided about the deletes that a run held; what was read twice; which changes of shape were announced.
ALTER TABLE "run" ADD COLUMN     "duplicates" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "hold_decided_at" TIMESTAMPTZ(3),
ADD COLUMN     "hold_decision" TEXT,
ADD COLUMN     "hold_settled_at" TIMESTAMPTZ(3);

ALTER TABLE "sync" ADD COLUMN     "announced_shape" BIGINT NOT NULL DEFAULT 0;

-- For the tick: decisions whose job was lost.
CREATE INDEX "run_hold_decided" ON "run" ("hold_decided_at") WHERE "hold_decision" IS NOT NULL AND "hold_settled_at" IS NULL;
