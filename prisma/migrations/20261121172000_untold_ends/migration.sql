-- A run that was ended from outside while a worker was at it: its end is told when the worker has said how far it was.
CREATE TABLE "untold_end" (
    "run_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "untold_end_pkey" PRIMARY KEY ("run_id")
);

CREATE INDEX "untold_end_created_at_idx" ON "untold_end"("created_at");
