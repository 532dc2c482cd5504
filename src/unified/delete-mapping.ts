import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import type { UnifiedCtx } from './context.ts';
import { copyToAll } from './copy-mappings.ts';
import { mappingKey } from './input.ts';

const DeleteMapping = z.strictObject(mappingKey);
export type DeleteMapping = z.input<typeof DeleteMapping>;

/** The model's own fields stay as they are; what was declared beside them is shown no more, at once. */
export async function deleteMapping({ ctx, input }: Args<DeleteMapping, UnifiedCtx>): Promise<void> {
  const { applicationId } = requireScope(ctx.actor, 'mappings:write');
  const { customerId = '', ...key } = DeleteMapping.parse(input);
  await withTransaction(ctx, async (tx) => {
    const where = { applicationId_category_model_provider_customerId: { applicationId, ...key, customerId } };
    const found = await tx.unifiedMapping.findUnique({ where });
    if (!found) throw notFound('mapping', [key.category, key.model, key.provider, customerId].filter((part) => part !== '').join('/'));
    await tx.unifiedMapping.deleteMany({ where: { applicationId, id: found.id } });
    await audit(tx, ctx, { applicationId, action: 'unified_mapping.deleted', target: found.id });
  });
  await copyToAll(ctx, applicationId);
}
