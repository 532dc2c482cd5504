import type { WebhookDelivery as Row } from '../db/generated/client.ts';
import type { EventType } from '../events/emit.ts';

/** An event on its way to an endpoint. What was sent is not kept: it is made of the event, and of the records as they are then. */
export interface WebhookDelivery {
  id: string;
  webhookEndpointId: string;
  eventId: string;
  eventNumber: number;
  eventType: EventType;
  status: 'pending' | 'succeeded' | 'dead';
  attempts: number;
  /** Of what is pending. */
  nextAttemptAt: Date | null;
  isReplay: boolean;
  /** Of the last attempt; null: no answer came. */
  responseStatus: number | null;
  error: string | null;
  durationMs: number | null;
  createdAt: Date;
  updatedAt: Date;
}

export function viewDelivery(row: Row): WebhookDelivery {
  const { id, eventId, attempts, isReplay, responseStatus, error, durationMs, createdAt, updatedAt } = row;
  return {
    ...{ id, eventId, attempts, isReplay, responseStatus, error, durationMs, createdAt, updatedAt },
    webhookEndpointId: row.endpointId,
    eventNumber: Number(row.eventNumber),
    eventType: row.eventType as EventType,
    status: row.status as WebhookDelivery['status'],
    nextAttemptAt: row.status === 'pending' ? row.nextAttemptAt : null,
  };
}
