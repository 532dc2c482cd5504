import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError, notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { type Args, databaseNow, withTransaction } from '../db/index.ts';
import { tellWorkers } from '../events/channel.ts';
import { audit } from '../tenancy/index.ts';
import { viewDelivery, type WebhookDelivery } from './delivery.ts';

const RetryWebhookDelivery = z.strictObject({ webhookDeliveryId: idInput });
export type RetryWebhookDelivery = z.input<typeof RetryWebhookDelivery>;

/** Gives a delivery all its attempts again, the first of them at once: one that was given up, or that waits for its next attempt. */
export async function retryWebhookDelivery({ ctx, input }: Args<RetryWebhookDelivery>): Promise<WebhookDelivery> {
  const { applicationId } = requireScope(ctx.actor, 'webhooks:write');
  const { webhookDeliveryId: id } = RetryWebhookDelivery.parse(input);
  return withTransaction(ctx, async (tx) => {
    const before = await tx.webhookDelivery.findUnique({ where: { applicationId_id: { applicationId, id } } });
    if (!before) throw notFound('webhook delivery', id);
    if (before.status === 'succeeded')
      throw new AppError('conflict', 'This delivery has succeeded. Replay its event to send it once more.');
    const row = await tx.webhookDelivery.update({
      where: { id, applicationId },
      data: { status: 'pending', attempts: 0, nextAttemptAt: await databaseNow(tx), updatedAt: ctx.clock.now() },
    });
    await audit(tx, ctx, { applicationId, action: 'webhook_delivery.retried', target: id });
    await tellWorkers(tx);
    return viewDelivery(row);
  });
}
