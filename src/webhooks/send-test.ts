import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { emit } from '../events/emit.ts';
import { audit } from '../tenancy/index.ts';
import { findEndpoint } from './endpoint.ts';

const TestWebhookEndpoint = z.strictObject({ webhookEndpointId: idInput });
export type TestWebhookEndpoint = z.input<typeof TestWebhookEndpoint>;

/**
 * An event of the log like any other, but for this endpoint alone, whatever it wants. It goes the way that all events go, behind those
 * that wait; a pause that failures had brought ends.
 */
export async function testWebhookEndpoint({ ctx, input }: Args<TestWebhookEndpoint>): Promise<{ eventId: string }> {
  const { applicationId } = requireScope(ctx.actor, 'webhooks:write');
  const { webhookEndpointId: id } = TestWebhookEndpoint.parse(input);
  return withTransaction(ctx, async (tx) => {
    const { status } = await findEndpoint(tx, applicationId, id);
    if (status !== 'enabled') throw new AppError('conflict', 'Nothing is sent to a disabled endpoint. Enable it first.');
    await tx.webhookEndpoint.updateMany({ where: { id, applicationId }, data: { notBefore: null } });
    const eventId = await emit(tx, ctx.clock, { applicationId, type: 'webhook.test', data: { webhook_endpoint_id: id } });
    await audit(tx, ctx, { applicationId, action: 'webhook_endpoint.tested', target: id });
    return { eventId };
  });
}
