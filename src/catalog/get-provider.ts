import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { CatalogCtx } from './catalog.ts';
import { findProvider, isDeclaredName } from './declared/find-provider.ts';
import { describeProvider, type ProviderCapabilities } from './describe.ts';

const GetProvider = z.strictObject({ provider: text(100) });

export async function getProvider({ ctx, input }: Args<z.input<typeof GetProvider>, CatalogCtx>): Promise<ProviderCapabilities> {
  const { applicationId } = requireScope(ctx.actor, 'provider_configs:read');
  const { provider: name } = GetProvider.parse(input);
  const found = await findProvider(ctx, applicationId, name).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'provider_unknown' && error.details === undefined) throw notInCatalog(name, error);
    throw error;
  });
  return describeProvider(found, isDeclaredName(name));
}

function notInCatalog(name: string, cause: AppError): AppError {
  return new AppError('not_found', `The catalog has no provider ${JSON.stringify(name)}. List the providers to see which there are.`, {
    cause,
  });
}
