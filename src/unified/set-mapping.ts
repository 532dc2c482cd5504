import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { type Args, type Tx, withTransaction } from '../db/index.ts';
import { audit, requireCustomer } from '../tenancy/index.ts';
import type { UnifiedCtx } from './context.ts';
import { copyToAll } from './copy-mappings.ts';
import { mappingModes } from './custom-field.ts';
import { customFieldsInput, mappingKey } from './input.ts';
import { type CustomMapping, requireMapped, shownMapping } from './mapping.ts';

const SetMapping = z
  .strictObject({ ...mappingKey, mode: z.enum(mappingModes).optional(), fields: customFieldsInput })
  .refine(({ mode, customerId }) => mode === undefined || customerId !== undefined, {
    path: ['mode'],
    message: "Is of one customer's fields: name the customer with customer_id.",
  });
export type SetMapping = z.input<typeof SetMapping>;

const mappingsMax = 1000;

/** Declares all custom fields of a model at a provider, for one customer or for all; what was declared before is replaced. Shown at once. */
export async function setMapping({ ctx, input }: Args<SetMapping, UnifiedCtx>): Promise<CustomMapping> {
  const { applicationId } = requireScope(ctx.actor, 'mappings:write');
  const { fields, customerId = '', mode = 'inherit', ...key } = SetMapping.parse(input);
  await requireMapped(ctx, applicationId, key);
  const row = await withTransaction(ctx, async (tx) => {
    if (customerId !== '') await requireCustomer(tx, applicationId, customerId);
    await refuseTooMany(tx, applicationId);
    const now = ctx.clock.now();
    const where = { applicationId_category_model_provider_customerId: { applicationId, ...key, customerId } };
    const set = await tx.unifiedMapping.upsert({
      where,
      create: { id: newId('umap', now), applicationId, ...key, customerId, mode, fields, createdAt: now, updatedAt: now },
      update: { mode, fields, version: { increment: 1 }, updatedAt: now },
    });
    await audit(tx, ctx, { applicationId, action: 'unified_mapping.set', target: set.id });
    return set;
  });
  await copyToAll(ctx, applicationId);
  return shownMapping(row);
}

async function refuseTooMany(tx: Tx, applicationId: string): Promise<void> {
  if ((await tx.unifiedMapping.count({ where: { applicationId } })) <= mappingsMax) return;
  throw new AppError('conflict', `An application has at most ${mappingsMax} mappings. Delete those that you do not need.`);
}
