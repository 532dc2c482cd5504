-- A customer's custom fields stand beside everybody's (inherit), or in their place (replace). What was declared before stands beside.
update "unified_mapping" set "mode" = 'inherit' where "mode" <> 'inherit';

-- AlterTable
ALTER TABLE "unified_mapping" ALTER COLUMN "mode" SET DEFAULT 'inherit';
