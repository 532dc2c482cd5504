import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import { findEndpoint } from './endpoint.ts';

const DeleteWebhookEndpoint = z.strictObject({ webhookEndpointId: idInput });
export type DeleteWebhookEndpoint = z.input<typeof DeleteWebhookEndpoint>;

/** Its deliveries go with it; the log stays. */
export async function deleteWebhookEndpoint({ ctx, input }: Args<DeleteWebhookEndpoint>): Promise<void> {
  const { applicationId } = requireScope(ctx.actor, 'webhooks:write');
  const { webhookEndpointId: id } = DeleteWebhookEndpoint.parse(input);
  await withTransaction(ctx, async (tx) => {
    await findEndpoint(tx, applicationId, id);
    await tx.webhookEndpoint.deleteMany({ where: { id, applicationId } });
    await audit(tx, ctx, { applicationId, action: 'webhook_endpoint.deleted', target: id });
  });
}
