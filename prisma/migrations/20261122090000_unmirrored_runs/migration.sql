-- A run whose end the hub is still to be told: the note outlives the attempts of its job and an outage of the destination.
CREATE TABLE "unmirrored_run" (
    "run_id" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "unmirrored_run_pkey" PRIMARY KEY ("run_id")
);

CREATE INDEX "unmirrored_run_due_at_idx" ON "unmirrored_run"("due_at");
