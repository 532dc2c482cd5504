import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { newId } from '../base/ids.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { tellWorkers } from '../events/channel.ts';
import { stampEvents } from '../events/stamp.ts';
import { audit } from '../tenancy/index.ts';
import { checkUrl } from './check-url.ts';
import type { WebhooksCtx } from './context.ts';
import { endpointInput, refuseTooMany, viewEndpoint, type WebhookEndpoint } from './endpoint.ts';
import { positionOf } from './log-bounds.ts';
import { sealSecret } from './secrets.ts';
import { newSecret } from './signature.ts';

const CreateWebhookEndpoint = z.strictObject({
  url: endpointInput.url,
  description: endpointInput.description.optional(),
  eventTypes: endpointInput.eventTypes.default([]),
  filters: endpointInput.filters.default({}),
  payload: endpointInput.payload.default('event'),
  /** Where in the log it begins. */
  from: z.enum(['now', 'beginning']).default('now'),
});
export type CreateWebhookEndpoint = z.input<typeof CreateWebhookEndpoint>;

/** The secret is shown here and at each rotation, and never again. */
export async function createWebhookEndpoint({
  ctx,
  input,
}: Args<CreateWebhookEndpoint, WebhooksCtx>): Promise<{ endpoint: WebhookEndpoint; secret: string }> {
  const { applicationId } = requireScope(ctx.actor, 'webhooks:write');
  const { from, ...given } = CreateWebhookEndpoint.parse(input);
  checkUrl(ctx.egress, given.url);
  // What has been committed by now is before the beginning.
  await stampEvents(ctx.db, { waits: true });
  return withTransaction(ctx, async (tx) => {
    // The application's row is the lock: its endpoints are counted and created one at a time.
    await tx.$queryRaw`select 1 from application where id = ${applicationId}::text for no key update`;
    refuseTooMany(await tx.webhookEndpoint.count({ where: { applicationId } }));
    const now = ctx.clock.now();
    const id = newId('whe', now);
    const secret = newSecret();
    const position = await positionOf(tx, applicationId, from);
    const row = await tx.webhookEndpoint.create({
      data: { id, applicationId, position, ...given, ...sealSecret(ctx.vault, id, secret), createdAt: now, updatedAt: now },
    });
    await audit(tx, ctx, { applicationId, action: 'webhook_endpoint.created', target: id });
    await tellWorkers(tx);
    return { endpoint: viewEndpoint(row), secret };
  });
}
