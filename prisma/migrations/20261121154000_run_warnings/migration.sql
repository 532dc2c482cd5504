-- Why a run read something else, or more, than its schedule asked for.
ALTER TABLE "run" ADD COLUMN     "warnings" TEXT[] DEFAULT ARRAY[]::TEXT[];
