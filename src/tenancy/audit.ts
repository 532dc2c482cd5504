import type { Actor } from '../base/actor.ts';
import { newId } from '../base/ids.ts';
import type { Ctx, Tx } from '../db/index.ts';

/** Who did what to which thing, in the transaction that did it. `action` is noun.past-verb, `target` an id. */
export async function audit(
  tx: Tx,
  ctx: Pick<Ctx, 'actor' | 'clock'>,
  entry: { applicationId: string; action: string; target: string },
): Promise<void> {
  const createdAt = ctx.clock.now();
  await tx.auditEntry.create({ data: { id: newId('aud', createdAt), createdAt, actor: actorName(ctx.actor), ...entry } });
}

function actorName(actor: Actor): string {
  return actor.kind === 'customer' ? `customer:${actor.customerId}` : `${actor.kind}:${actor.id}`;
}
