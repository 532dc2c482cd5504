import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../ops/logger.ts';
import type { Db } from './index.ts';

export interface Listening {
  close(): Promise<void>;
}

const reconnectMs = 2_000;

/**
 * Calls `onNotice` when somebody notifies on the channel, on a session of its own: one that is handed around would miss notices. Nobody
 * may rely on it alone: what is told while the session is lost is not told again, so whoever listens also looks now and then.
 */
export function listen({ db, log }: { db: Db; log: Logger }, channel: string, onNotice: () => void): Listening {
  const closing = new AbortController();
  let current: pg.Client | undefined;

  async function session(): Promise<void> {
    const client = new pg.Client({ ...db.pool.options });
    current = client;
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    client.on('error', ({ message }) => log.warn({ reason: message }, 'the session that listens for events was lost'));
    client.on('notification', onNotice);
    await client.connect();
    await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    onNotice();
    await ended;
  }

  const listening = (async () => {
    while (!closing.signal.aborted) {
      await session().catch(({ message }: Error) => log.warn({ reason: message }, 'nobody could listen for events'));
      await current?.end().catch(() => undefined);
      await sleep(reconnectMs, undefined, { signal: closing.signal }).catch(() => undefined); // only closing ends it early
    }
  })();

  return {
    async close() {
      closing.abort();
      await current?.end().catch(() => undefined);
      await listening;
    },
  };
}
