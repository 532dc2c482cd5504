import type { Scope } from '../base/actor.ts';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import type { Sync as SyncRow } from '../db/generated/client.ts';
import type { Ctx, Tx } from '../db/index.ts';

/** A sync of the caller's application, and of its customer where the caller is one; anything else does not exist. */
export async function findSync(ctx: Ctx, db: Pick<Tx, 'sync'>, scope: Scope, syncId: string): Promise<SyncRow> {
  const { applicationId, customerId } = requireScope(ctx.actor, scope);
  const found = await db.sync.findUnique({ where: { applicationId_id: { applicationId, id: syncId } } });
  if (!found || (customerId !== undefined && found.customerId !== customerId)) throw notFound('sync', syncId);
  return found;
}

/** The same, locked for the transaction. */
export async function lockSync(ctx: Ctx, tx: Tx, scope: Scope, syncId: string): Promise<SyncRow> {
  await findSync(ctx, tx, scope, syncId);
  await tx.$queryRaw`
    select id
    from sync
    where id = ${syncId}::text
    for update`;
  return findSync(ctx, tx, scope, syncId);
}
