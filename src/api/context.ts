import type { AccessCtx } from '../access/index.ts';
import type { DeclareCtx } from '../catalog/index.ts';
import type { DestinationsCtx } from '../destinations/index.ts';
import type { SyncsCtx } from '../syncs/index.ts';
import type { IdempotencyCtx, TenancyCtx } from '../tenancy/index.ts';

/** Everything that any verb behind the API needs. */
export type AppCtx = TenancyCtx & IdempotencyCtx & SyncsCtx & DeclareCtx & AccessCtx & DestinationsCtx;
