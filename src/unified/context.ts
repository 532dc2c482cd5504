import type { CatalogCtx } from '../catalog/index.ts';
import type { HubCtx } from '../hub/context.ts';

export type UnifiedCtx = CatalogCtx & HubCtx;
