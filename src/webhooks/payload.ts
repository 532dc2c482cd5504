import type { LoggedEvent } from './due-deliveries.ts';

/** What is sent: an id that is the same at every attempt, and the bytes that are signed. */
export interface Message {
  id: string;
  body: string | Buffer;
}

/** The event as the log shows it. */
export function eventMessage(event: LoggedEvent): Message {
  return { id: event.id, body: JSON.stringify(wireEvent(event)) };
}

export function wireEvent({ id, type, number, createdAt, data }: LoggedEvent) {
  return { id, type, number, created_at: createdAt.toISOString(), data };
}
