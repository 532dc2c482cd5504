import type pg from 'pg';
import type { ListableHub } from '../../src/hub/context.ts';
import { hubOf } from '../../src/hub/hub.ts';
import { hubNames } from '../../src/hub/names.ts';
import { prepareHub } from '../../src/hub/open.ts';
import { createHubPool } from '../../src/hub/pool.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { fill, slices } from './fill.ts';
import { median, seconds } from './measure.ts';
import { benchRecords } from './records.ts';

const writers = 8;
const batchRows = 1000;
const readerPauseMs = 20;
const log = createLogger({ logLevel: 'warn' });

/** What the gap-free feed costs writers: the same writers, with and without registering. */
export async function measureFeed({ url, rows, rounds }: { url: string; rows: number; rounds: number }): Promise<Record<string, number>> {
  const parts = Array.from({ length: writers }, (_, writer) => benchRecords(writer * rows, Math.floor(rows / writers)));
  const found = { registered: [] as number[], naive: [] as number[] };
  for (let round = 0; round < rounds; round++)
    // The other one first each time: neither always meets the warmer server.
    for (const way of round % 2 ? (['naive', 'registered'] as const) : (['registered', 'naive'] as const))
      found[way].push(await rowsPerSecond({ url, parts, isRegistered: way === 'registered' }));
  return {
    feed_write_rows_per_second: median(found.registered),
    feed_write_naive_rows_per_second: median(found.naive),
    feed_write_ratio: median(found.registered.map((rate, round) => rate / found.naive[round]!)),
  };
}

async function rowsPerSecond({
  url,
  parts,
  isRegistered,
}: {
  url: string;
  parts: ReturnType<typeof benchRecords>[];
  isRegistered: boolean;
}) {
  const schema = 'bench_feed';
  const pool = createHubPool({ url, poolMax: writers + 1, log });
  await pool.query(`drop schema if exists ${schema} cascade`);
  await pool.query('checkpoint');
  await prepareHub({ pool, schema });
  const hub = hubOf({
    ...{
      schema,
      names: hubNames(schema),
      log,
      tombstoneDays: 30,
      tables: new Map(),
      versions: new Map(),
      shapes: new Map(),
      connectionIds: new Map(),
    },
    clock: { now: () => new Date() },
    pool: isRegistered ? pool : withoutRegistering(pool),
    isVerified: () => true,
    verify: async () => undefined,
  });
  await hub.ensureTable('bench', 'contact');
  let isWriting = true;
  const reading = poll(hub, () => isWriting);
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const taken = await seconds(() =>
    Promise.all(
      parts.map((part, n) =>
        fill(hub, {
          provider: 'bench',
          object: 'contact',
          name: `writer_${n}`,
          customerId: `customer_${n}`,
          batches: slices(part, batchRows),
        }),
      ),
    ),
  );
  isWriting = false;
  await reading;
  await pool.end();
  return total / taken;
}

/**
 * Takes the horizon as a reader does, and one record. Not the whole feed: without registering a reader skips what is in
 * flight, and would leave the writers more of the machine by reading less.
 */
async function poll(hub: ListableHub, isWriting: () => boolean): Promise<void> {
  while (isWriting()) {
    await hub.listPage({ provider: 'bench', object: 'contact', pageSize: 1, includeDeleted: true });
    await new Promise((resolve) => setTimeout(resolve, readerPauseMs));
  }
}

/** The naive scheme: a sequence and nothing else. What stands behind the registering in the same message stays. */
function withoutRegistering(pool: pg.Pool): pg.Pool {
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'connect') return async () => unregistered(await target.connect());
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

function unregistered(client: pg.PoolClient): pg.PoolClient {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const text = name === 'query' ? String(args[0]) : '';
        return member.apply(target, text.includes('pg_advisory_xact_lock_shared') ? [text.split(';')[1] ?? 'select'] : args);
      };
    },
  });
}
