import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { createDb, type Db, withTransaction } from '../../src/db/index.ts';
import { emitAll, type NewEvent } from '../../src/events/emit.ts';
import { createLogger } from '../../src/ops/logger.ts';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what was sent
  body: any;
}

export interface Receiver {
  url: string;
  requests: Received[];
  /** What came to one path, in the order in which it came. */
  at(path: string): Received[];
  /** How a path answers; 200 where nothing is said. Answers a status, or does it itself. */
  answers(path: string, how: (request: Received, response: ServerResponse) => number | undefined): void;
  close(): Promise<void>;
}

/** A vendor's receiver. */
export async function startReceiver(): Promise<Receiver> {
  const requests: Received[] = [];
  const how = new Map<string, (request: Received, response: ServerResponse) => number | undefined>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const received = { path: request.url ?? '', headers: request.headers, text, body: text === '' ? null : JSON.parse(text) };
    requests.push(received);
    const status = (how.get(received.path) ?? (() => 200))(received, response);
    if (status !== undefined) response.writeHead(status).end();
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    at: (path) => requests.filter((request) => request.path === path),
    answers: (path, answer) => void how.set(path, answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** As a receiver checks it who knows nothing of us: https://www.standardwebhooks.com */
export function isSigned({ headers, text }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(expected);
}

/** Emits events as the product does, each batch in a transaction of its own. */
export function createEmitter(databaseUrl: string): { emit(events: NewEvent[]): Promise<string[]>; db: Db; close(): Promise<void> } {
  const db = createDb({ url: databaseUrl, poolMax: 4, log: createLogger({ logLevel: 'silent' }) });
  const clock = { now: () => new Date() };
  return { db, emit: (events) => withTransaction({ db }, (tx) => emitAll(tx, clock, events)), close: () => db.close() };
}

export function someEvents(applicationId: string, count: number, data: NewEvent['data'] = {}, from = 1): NewEvent[] {
  return Array.from({ length: count }, (_, n) => ({ applicationId, type: 'run.completed', data: { n: from + n, ...data } }));
}

/** A busy machine may need long; nothing here is about how long. */
export const soon = { timeout: 30_000, interval: 25 };

export async function expectSoon<T>(look: () => T | Promise<T>, expected: Awaited<T>): Promise<void> {
  await expect.poll(look, soon).toEqual(expected);
}
