import { z } from 'zod';
import { requireScope } from '../../base/actor.ts';
import { AppError } from '../../base/errors.ts';
import { type Args, withTransaction } from '../../db/index.ts';
import { audit } from '../../tenancy/index.ts';
import type { DeclareCtx } from '../catalog.ts';
import { lockDeclared } from './lock-declared.ts';

const DeleteDeclaredProvider = z.strictObject({ provider: z.string().min(1).max(100) });

/** Refused while a provider config uses it, and with it connections and sync configs. Records stay in the hub. */
export async function deleteDeclaredProvider({ ctx, input }: Args<z.input<typeof DeleteDeclaredProvider>, DeclareCtx>): Promise<void> {
  const { applicationId } = requireScope(ctx.actor, 'provider_configs:write');
  const { provider: name } = DeleteDeclaredProvider.parse(input);
  await withTransaction(ctx, async (tx) => {
    await lockDeclared(tx, applicationId, name);
    // What a deleted provider config leaves behind are disconnected connections, which hold no credentials.
    const providerConfigs = await tx.providerConfig.count({ where: { applicationId, provider: name, status: { not: 'deleted' } } });
    if (providerConfigs > 0) throw new AppError('conflict', `${name} has a provider config, which uses it. Delete that first.`);
    await tx.declaredProvider.delete({ where: { applicationId_name: { applicationId, name } } });
    await audit(tx, ctx, { applicationId, action: 'provider.deleted', target: name });
  });
  ctx.afterProviderChanged(applicationId);
}
