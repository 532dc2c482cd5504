-- How a sync is read and landed, beyond its strategy's name. Rows that exist keep what they had: merge, everything observed.
ALTER TABLE "sync" ADD COLUMN     "key_pass_interval_seconds" INTEGER,
ADD COLUMN     "landing" TEXT NOT NULL DEFAULT 'merge',
ADD COLUMN     "last_key_pass_at" TIMESTAMPTZ(3),
ADD COLUMN     "observed_fields" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "start_from" TIMESTAMPTZ(3),
ADD COLUMN     "window_seconds" INTEGER;

-- What the provider offers that the order has not taken up yet is told by what it offered when the order was last written.
ALTER TABLE "sync_config" ADD COLUMN     "known_objects" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "new_objects" TEXT NOT NULL DEFAULT 'list';
