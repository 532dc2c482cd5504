import { withTransaction } from '../db/index.ts';
import { emit } from '../events/emit.ts';
import type { DeliveryCtx } from './context.ts';
import type { LeasedEndpoint } from './lease.ts';

const reason = 'The receiver answered 410: it wants no more webhooks.';

/** The receiver says that it is gone for good. What is pending stays, and goes on when somebody enables the endpoint again. */
export async function disableEndpoint(
  ctx: Pick<DeliveryCtx, 'db' | 'clock'>,
  { id, applicationId }: Pick<LeasedEndpoint, 'id' | 'applicationId'>,
): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const { count } = await tx.webhookEndpoint.updateMany({
      where: { id, applicationId, status: 'enabled' },
      data: { status: 'disabled', statusReason: reason, version: { increment: 1 }, updatedAt: ctx.clock.now() },
    });
    if (count > 0)
      await emit(tx, ctx.clock, { applicationId, type: 'webhook_endpoint.disabled', data: { webhook_endpoint_id: id, reason } });
  });
}
