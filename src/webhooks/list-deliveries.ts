import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { viewDelivery, type WebhookDelivery } from './delivery.ts';

const ListWebhookDeliveries = z.strictObject({
  ...pageInput,
  webhookEndpointId: idInput.optional(),
  eventId: idInput.optional(),
  status: z.enum(['pending', 'succeeded', 'dead']).optional(),
});
export type ListWebhookDeliveries = z.input<typeof ListWebhookDeliveries>;

/** Newest first: ids sort by time of birth. */
export async function listWebhookDeliveries({ ctx, input }: Args<ListWebhookDeliveries>): Promise<Page<WebhookDelivery>> {
  const { applicationId } = requireScope(ctx.actor, 'webhooks:read');
  const { cursor, pageSize, webhookEndpointId, eventId, status } = ListWebhookDeliveries.parse(input);
  const page = await pageById(
    { cursor, pageSize },
    ({ after, take }) =>
      ctx.db.prisma.webhookDelivery.findMany({
        where: {
          applicationId,
          ...(webhookEndpointId !== undefined && { endpointId: webhookEndpointId }),
          ...(eventId !== undefined && { eventId }),
          ...(status !== undefined && { status }),
          ...(after !== null && { id: { lt: after } }),
        },
        orderBy: { id: 'desc' },
        take,
      }),
    (row) => row.id,
  );
  return { ...page, data: page.data.map(viewDelivery) };
}
