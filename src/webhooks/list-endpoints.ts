import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import type { Args } from '../db/index.ts';
import { viewEndpoint, type WebhookEndpoint } from './endpoint.ts';

const ListWebhookEndpoints = z.strictObject(pageInput);
export type ListWebhookEndpoints = z.input<typeof ListWebhookEndpoints>;

export async function listWebhookEndpoints({ ctx, input }: Args<ListWebhookEndpoints>): Promise<Page<WebhookEndpoint>> {
  const { applicationId } = requireScope(ctx.actor, 'webhooks:read');
  const page = await pageById(
    ListWebhookEndpoints.parse(input),
    ({ after, take }) =>
      ctx.db.prisma.webhookEndpoint.findMany({
        where: { applicationId, ...(after === null ? {} : { id: { gt: after } }) },
        orderBy: { id: 'asc' },
        take,
      }),
    (row) => row.id,
  );
  return { ...page, data: page.data.map(viewEndpoint) };
}
