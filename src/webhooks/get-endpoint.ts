import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { findEndpoint, viewEndpoint, type WebhookEndpoint } from './endpoint.ts';

const GetWebhookEndpoint = z.strictObject({ webhookEndpointId: idInput });
export type GetWebhookEndpoint = z.input<typeof GetWebhookEndpoint>;

export async function getWebhookEndpoint({ ctx, input }: Args<GetWebhookEndpoint>): Promise<WebhookEndpoint> {
  const { applicationId } = requireScope(ctx.actor, 'webhooks:read');
  const { webhookEndpointId } = GetWebhookEndpoint.parse(input);
  return viewEndpoint(await findEndpoint(ctx.db.prisma, applicationId, webhookEndpointId));
}
