import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { CatalogCtx } from './catalog.ts';
import { describeProvider, type ProviderCapabilities } from './describe.ts';

const GetProvider = z.strictObject({ provider: text(100) });

export async function getProvider({ ctx, input }: Args<z.input<typeof GetProvider>, CatalogCtx>): Promise<ProviderCapabilities> {
  requireScope(ctx.actor, 'provider_configs:read');
  const { provider: name } = GetProvider.parse(input);
  const found = ctx.catalog.list().find((provider) => provider.name === name);
  if (found === undefined)
    throw new AppError('not_found', `The catalog has no provider ${JSON.stringify(name)}. List the providers to see which there are.`);
  return describeProvider(found);
}
