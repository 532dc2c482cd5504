import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { text } from '../base/text.ts';
import { findProvider, type UnifiedModel } from '../catalog/index.ts';
import type { Completeness } from '../hub/completeness.ts';
import type { ListableHub } from '../hub/context.ts';
import type { UnifiedShown } from '../hub/unified/types.ts';
import { branchesOf } from './branches.ts';
import type { UnifiedCtx } from './context.ts';
import { bringMappings } from './copy-mappings.ts';
import { definitionsOf } from './definitions.ts';
import { findUnifiedDestination } from './find-destination.ts';
import { modelOf } from './models.ts';
import { customFieldsOf, relationsOf } from './shown.ts';

const expandMax = 10;

/** Which model, and what of its records is shown: what every read of one is told. */
export const shownInput = {
  category: text(100),
  model: text(100),
  /** Also what is no record of the model any more; whoever follows changes passes true. */
  includeDeleted: z.boolean().default(false),
  includeRaw: z.boolean().default(false),
  /** Relations to show as the records that they name. */
  expand: z.array(text(100)).max(expandMax).default([]),
};

interface Asked {
  category: string;
  model: string;
  provider?: string | undefined;
  customerId?: string | undefined;
  connectionId?: string | undefined;
  destinationId?: string | undefined;
  includeRaw: boolean;
  expand: string[];
}

interface OpenUnified {
  hub: ListableHub;
  model: UnifiedModel;
  shown: UnifiedShown;
  completeness: Completeness;
  customerId: string | undefined;
}

/** The hub that has a model's records, and whose of them the caller may see: a customer token its own customer's, whatever it asks for. */
export async function openUnified(ctx: UnifiedCtx, asked: Asked): Promise<OpenUnified> {
  const { applicationId, customerId: own } = requireScope(ctx.actor, 'records:read');
  const { provider, connectionId, destinationId, includeRaw, expand } = asked;
  if (own !== undefined && asked.customerId !== undefined && asked.customerId !== own)
    throw new AppError('scope_missing', "A customer token lists its own customer's records only.");
  const model = modelOf(asked.category, asked.model);
  if (provider !== undefined) await findProvider(ctx, applicationId, provider);
  const definitions = await definitionsOf(ctx, applicationId);
  const branches = branchesOf(definitions, model).filter((one) => provider === undefined || one.provider === provider);
  const relations = relationsOf(definitions, model, expand);
  const customerId = own ?? asked.customerId;
  const objects = branches.map((one) => ({ provider: one.provider, object: one.object }));
  const found = await findUnifiedDestination(ctx, { applicationId, customerId, connectionId, destinationId, objects });
  const hub = await ctx.hubs.open(found.destination);
  await bringMappings(ctx, hub, found);
  const shown = { branches, includeRaw, expand: relations, customFields: customFieldsOf(model, found) };
  return { hub, model, shown, completeness: found.completeness, customerId };
}
