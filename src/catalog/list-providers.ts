import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageSizeMax } from '../base/list.ts';
import type { Args } from '../db/index.ts';
import type { CatalogCtx } from './catalog.ts';
import { describeProvider, type ProviderCapabilities } from './describe.ts';

const ListProviders = z.strictObject({
  cursor: z.string().optional(),
  pageSize: z.int().min(1).max(pageSizeMax).optional(),
});

/** The catalog, in the order of names. It is the same for every application. */
export async function listProviders({ ctx, input }: Args<z.input<typeof ListProviders>, CatalogCtx>): Promise<Page<ProviderCapabilities>> {
  requireScope(ctx.actor, 'provider_configs:read');
  const parsed = ListProviders.parse(input);
  const providers = ctx.catalog.list().map(describeProvider);
  return pageById(
    parsed,
    async ({ after, take }) => providers.filter(({ provider }) => after === null || provider > after).slice(0, take),
    ({ provider }) => provider,
  );
}
