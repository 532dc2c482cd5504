-- Read-only roles that were issued; their passwords are kept nowhere. customer_id null: all customers.
CREATE TABLE "sql_credential" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "destination_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "connections_max" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "rotated_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "sql_credential_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "sql_credential_role_key" ON "sql_credential"("role");

-- CreateIndex
CREATE UNIQUE INDEX "sql_credential_application_id_id_key" ON "sql_credential"("application_id", "id");

-- AddForeignKey
ALTER TABLE "sql_credential" ADD CONSTRAINT "sql_credential_application_id_destination_id_fkey" FOREIGN KEY ("application_id", "destination_id") REFERENCES "destination"("application_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- null: the defaults.
ALTER TABLE "application" ADD COLUMN     "alert_rules" JSONB;

-- CreateTable
CREATE TABLE "alert" (
    "id" TEXT NOT NULL,
    "application_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "raised_at" TIMESTAMPTZ(3) NOT NULL,
    "recovered_at" TIMESTAMPTZ(3),

    CONSTRAINT "alert_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "alert_application_id_id_key" ON "alert"("application_id", "id");

-- AddForeignKey
ALTER TABLE "alert" ADD CONSTRAINT "alert_application_id_fkey" FOREIGN KEY ("application_id") REFERENCES "application"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One alert for each change of state, however many processes look.
create unique index alert_open on "alert" (application_id, kind, subject) where recovered_at is null;

-- Issued SQL roles reach this database where it holds hosted hubs: nothing of ours is everybody's.
revoke all on schema public from public;
revoke execute on all functions in schema public from public;
