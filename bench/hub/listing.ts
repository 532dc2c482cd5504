import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { createHubs, hubSchemaName } from '../../src/hub/index.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createHttpClient } from '../../test/support/client.ts';
import { freePort } from '../../test/support/free-port.ts';
import { fill } from './fill.ts';
import { median, seconds } from './measure.ts';
import { openPageClient } from './page-client.ts';
import { benchRecords } from './records.ts';

export const pageRows = 1000;
const sliceRows = 10_000;
/** Depth is measured on five times the rows: 1M where the other figures take 200k. */
const depthFactor = 5;
/** Pages at either end whose median is compared. */
const endPages = 20;
/**
 * Readers at once. One alone waits for its own round trips and leaves a processor idle, which says more about the machine
 * than about the listing; its figure stands beside.
 */
export const readers = 4;
export const customerId = 'bench-customer';
const operatorKey = randomBytes(24).toString('hex');

/** Pages of 1,000 through the HTTP API in a process of its own, over `copy … to stdout` of the same rows; and the same at any depth. */
export async function measureListing({
  url,
  rows,
  rounds,
}: {
  url: string;
  rows: number;
  rounds: number;
}): Promise<Record<string, number>> {
  const api = await startApi(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { schema, apiKey } = await createApplication(api.url);
    const list = { url: api.url, path: `/v1/records/sandbox/contacts?customer_id=${customerId}&page_size=${pageRows}`, apiKey };
    await fillHub(url, schema, { to: rows });
    const table = `${schema}.sandbox_contacts`;
    await client.query(`vacuum analyze ${table}`);
    await follow(list);
    const found = {
      one: [] as number[],
      several: [] as number[],
      copy: [] as number[],
      first: [] as number[],
      last: [] as number[],
    };
    for (let round = 0; round < rounds; round++) {
      found.copy.push(rows / (await seconds(() => copyOut(client, table))));
      found.one.push(rows / (await seconds(() => follow(list))));
      found.several.push((readers * rows) / (await seconds(() => Promise.all(Array.from({ length: readers }, () => follow(list))))));
    }
    await fillHub(url, schema, { from: rows, to: rows * depthFactor });
    await client.query(`vacuum analyze ${table}`);
    for (let round = 0; round < rounds; round++) {
      const times = await follow(list);
      found.first.push(median(times.slice(0, endPages)));
      found.last.push(median(times.slice(-endPages - 1, -1)));
    }
    const over = (rates: number[]) => median(rates.map((rate, round) => rate / found.copy[round]!));
    return {
      copy_out_rows_per_second: median(found.copy),
      listing_rows_per_second: median(found.several),
      listing_over_copy_out: over(found.several),
      listing_one_reader_rows_per_second: median(found.one),
      listing_one_reader_over_copy_out: over(found.one),
      listing_first_page_ms: median(found.first),
      listing_last_page_ms: median(found.last),
      listing_depth_ratio: median(found.last.map((last, round) => last / found.first[round]!)),
    };
  } finally {
    await client.end();
    await api.stop();
  }
}

/** Follows the cursor to the end, as a client does; milliseconds of each page. */
export async function follow({ url, path, apiKey }: { url: string; path: string; apiKey: string }): Promise<number[]> {
  const client = await openPageClient({ url, apiKey });
  const times: number[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const begin = performance.now();
    const tail = await client.get(`${path}${cursor && `&cursor=${cursor}`}`);
    times.push(performance.now() - begin);
    const [, next, hasMore] = /"next_cursor":"([^"]+)","has_more":(true|false)/.exec(tail)!;
    cursor = hasMore === 'true' ? next! : null;
  }
  client.close();
  return times;
}

async function copyOut(client: pg.Client, table: string): Promise<void> {
  for await (const chunk of client.query(copyTo(`copy ${table} to stdout`))) if (chunk.length === 0) throw new Error('an empty row');
}

export async function fillHub(
  url: string,
  schema: string,
  { provider = 'sandbox', from = 0, to }: { provider?: string; from?: number; to: number },
): Promise<void> {
  const hubs = createHubs({
    ...{ url, poolMax: 2, log: createLogger({ logLevel: 'warn' }) },
    clock: { now: () => new Date() },
    limits: { tombstoneDays: 30 },
  });
  const hub = await hubs.open({ id: schema, applicationId: schema, kind: 'hosted', schema });
  function* batches() {
    for (let at = from; at < to; at += sliceRows) yield benchRecords(at, Math.min(sliceRows, to - at));
  }
  await fill(hub, { provider, object: 'contacts', name: `from_${from}`, customerId, batches: batches() });
  await hubs.close();
}

export async function createApplication(url: string): Promise<{ schema: string; apiKey: string }> {
  const operator = createHttpClient({ url, apiKey: operatorKey });
  const created = await operator.call('POST', '/v1/applications', { name: 'Bench' });
  const apiKey: string = created.api_key.key;
  await createHttpClient({ url, apiKey }).call('PUT', `/v1/customers/${customerId}`, {});
  return { schema: hubSchemaName(created.application.id), apiKey };
}

export async function startApi(databaseUrl: string): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'syncline-bench-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['src/main.ts', 'serve'], {
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      DATABASE_URL: databaseUrl,
      SYNCLINE_ENV: 'development',
      SYNCLINE_DATA_DIR: dataDir,
      SYNCLINE_PUBLIC_URL: url,
      SYNCLINE_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
      SYNCLINE_OPERATOR_KEY: operatorKey,
      SYNCLINE_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await firstOutput(child);
  return {
    url,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What it prints first says that it listens. */
function firstOutput(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the API ended with code ${code}`)));
    child.stdout!.once('data', () => resolve());
  });
}
