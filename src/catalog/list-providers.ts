import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageSizeMax } from '../base/list.ts';
import type { Args } from '../db/index.ts';
import type { CatalogCtx } from './catalog.ts';
import { declaredBy } from './declared/find-provider.ts';
import { describeProvider, type ProviderCapabilities } from './describe.ts';

const ListProviders = z.strictObject({
  cursor: z.string().optional(),
  pageSize: z.int().min(1).max(pageSizeMax).optional(),
});

/** The catalog, which is the same for every application, and the providers that this one has declared, in the order of names. */
export async function listProviders({ ctx, input }: Args<z.input<typeof ListProviders>, CatalogCtx>): Promise<Page<ProviderCapabilities>> {
  const { applicationId } = requireScope(ctx.actor, 'provider_configs:read');
  const parsed = ListProviders.parse(input);
  const known = ctx.catalog.list().map((provider) => ({ provider, isDeclared: false }));
  const declared = (await declaredBy(ctx, applicationId)).map((provider) => ({ provider, isDeclared: true }));
  const all = [...known, ...declared].sort((a, b) => (a.provider.name < b.provider.name ? -1 : 1));
  const page = await pageById(
    parsed,
    async ({ after, take }) => all.filter(({ provider }) => after === null || provider.name > after).slice(0, take),
    ({ provider }) => provider.name,
  );
  return { ...page, data: page.data.map(({ provider, isDeclared }) => describeProvider(provider, isDeclared)) };
}
