import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Tx } from '../db/index.ts';
import { tellWorkers } from './channel.ts';

export const eventTypes = [
  'connection.created',
  'connection.updated',
  'connection.needs_reauth',
  'connection.reconnected',
  'connection.disabled',
  'provider_config.broken',
  'destination.unavailable',
  'destination.recovered',
  'run.completed',
  'run.failed',
  'sync.held',
  'sync.gap_found',
  'sync.paused',
  'sync.resumed',
  'sync_config.objects_included',
  'records.changed',
  'records.purged',
  'records.quarantined',
  'held_deletes.approved',
  'held_deletes.rejected',
  'schema.changed',
  'field.ready',
  'field.failed',
  'alert.raised',
  'alert.recovered',
  'webhook_endpoint.disabled',
  'webhook.test',
] as const;
export type EventType = (typeof eventTypes)[number];

export interface NewEvent {
  applicationId: string;
  type: EventType;
  data: Record<string, string | number | boolean | null>;
}

/**
 * Stores what happened in the transaction that made it happen, and answers the event's id. `data` holds ids and counts, never record
 * content or secrets. The event gets its number after the commit (`stampEvents`).
 */
export async function emit(tx: Tx, clock: Clock, event: NewEvent): Promise<string> {
  const [id] = await emitAll(tx, clock, [event]);
  return id!;
}

/** The same for many, in one statement. */
export async function emitAll(tx: Tx, clock: Clock, events: NewEvent[]): Promise<string[]> {
  if (events.length === 0) return [];
  const createdAt = clock.now();
  const rows = events.map((event) => ({ id: newId('evt', createdAt), createdAt, ...event }));
  await tx.event.createMany({ data: rows });
  await tellWorkers(tx);
  return rows.map(({ id }) => id);
}
