import { z } from 'zod';
import { AppError, notFound } from '../base/errors.ts';
import { customerIdInput, text } from '../base/text.ts';
import type { WebhookEndpoint as Row } from '../db/generated/client.ts';
import type { Tx } from '../db/index.ts';
import { type EventType, eventTypes } from '../events/emit.ts';
import { urlCharsMax } from './check-url.ts';

export interface WebhookEndpoint {
  id: string;
  url: string;
  description: string | null;
  /** Empty: every type. */
  eventTypes: EventType[];
  filters: WebhookFilters;
  payload: 'event' | 'records';
  status: 'enabled' | 'disabled';
  statusReason: string | null;
  /** The last number that deliveries were made up to. */
  position: number;
  /** Rounds of attempts in a row that all failed. */
  failures: number;
  /** Nothing is sent before; null: it goes on at once. */
  pausedUntil: Date | null;
  /** The secret before this one signs too, until then. */
  previousSecretUntil: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Only events that say all of this about themselves. */
export type WebhookFilters = z.infer<typeof Filters>;

const listMax = 100;
const nameCharsMax = 200;

const Filters = z.strictObject({
  customerIds: z.array(customerIdInput).min(1).max(listMax).optional(),
  providers: z.array(text(nameCharsMax)).min(1).max(listMax).optional(),
  objects: z.array(text(nameCharsMax)).min(1).max(listMax).optional(),
});

/** What creation and updates take. */
export const endpointInput = {
  url: text(urlCharsMax),
  description: text(500).nullable(),
  eventTypes: z.array(z.enum(eventTypes)).max(eventTypes.length),
  filters: Filters,
  payload: z.enum(['event', 'records']),
};

export async function findEndpoint(tx: Pick<Tx, 'webhookEndpoint'>, applicationId: string, id: string): Promise<Row> {
  const row = await tx.webhookEndpoint.findUnique({ where: { applicationId_id: { applicationId, id } } });
  if (!row) throw notFound('webhook endpoint', id);
  return row;
}

export function viewEndpoint(row: Row): WebhookEndpoint {
  const { id, url, description, statusReason, failures, previousSecretUntil, createdAt, updatedAt } = row;
  return {
    ...{ id, url, description, statusReason, failures, previousSecretUntil, createdAt, updatedAt },
    eventTypes: row.eventTypes as EventType[],
    filters: row.filters as WebhookFilters,
    payload: row.payload as WebhookEndpoint['payload'],
    status: row.status as WebhookEndpoint['status'],
    position: Number(row.position),
    pausedUntil: row.notBefore,
  };
}

/** Bounds what one application may set up. */
export function refuseTooMany(count: number): void {
  if (count >= endpointsMax)
    throw new AppError('conflict', `An application has at most ${endpointsMax} webhook endpoints. Delete one that is not needed.`);
}
const endpointsMax = 50;
