import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Tx } from '../db/index.ts';
import { registerEventWriter } from './feed.ts';

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

/** Stores what happened in the transaction that made it happen. `data` holds ids and counts, never record content or secrets. */
export async function emit(tx: Tx, clock: Clock, event: NewEvent): Promise<void> {
  await emitAll(tx, clock, [event]);
}

/** The same for many, in one statement. */
export async function emitAll(tx: Tx, clock: Clock, events: NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const createdAt = clock.now();
  await registerEventWriter(tx);
  await tx.event.createMany({ data: events.map((event) => ({ id: newId('evt', createdAt), createdAt, ...event })) });
}
