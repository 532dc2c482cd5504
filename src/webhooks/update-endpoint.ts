import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { tellWorkers } from '../events/channel.ts';
import { audit } from '../tenancy/index.ts';
import { checkUrl } from './check-url.ts';
import type { WebhooksCtx } from './context.ts';
import { endpointInput, findEndpoint, viewEndpoint, type WebhookEndpoint } from './endpoint.ts';

const UpdateWebhookEndpoint = z.strictObject({
  webhookEndpointId: idInput,
  url: endpointInput.url.optional(),
  description: endpointInput.description.optional(),
  eventTypes: endpointInput.eventTypes.optional(),
  filters: endpointInput.filters.optional(),
  payload: endpointInput.payload.optional(),
  status: z.enum(['enabled', 'disabled']).optional(),
});
export type UpdateWebhookEndpoint = z.input<typeof UpdateWebhookEndpoint>;

/**
 * What is left out stays. A disabled endpoint keeps its place in the log: enabled again, it goes on from there. A new URL, and enabling,
 * end a pause that failures had brought.
 */
export async function updateWebhookEndpoint({ ctx, input }: Args<UpdateWebhookEndpoint, WebhooksCtx>): Promise<WebhookEndpoint> {
  const { applicationId } = requireScope(ctx.actor, 'webhooks:write');
  const { webhookEndpointId: id, status, ...given } = UpdateWebhookEndpoint.parse(input);
  if (given.url !== undefined) checkUrl(ctx.egress, given.url);
  return withTransaction(ctx, async (tx) => {
    await findEndpoint(tx, applicationId, id);
    const row = await tx.webhookEndpoint.update({
      where: { id, applicationId },
      data: {
        ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
        ...(status !== undefined && { status, statusReason: null }),
        ...((given.url !== undefined || status === 'enabled') && { failures: 0, notBefore: null }),
        version: { increment: 1 },
        updatedAt: ctx.clock.now(),
      },
    });
    await audit(tx, ctx, { applicationId, action: 'webhook_endpoint.updated', target: id });
    await tellWorkers(tx);
    return viewEndpoint(row);
  });
}
