import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../src/db/embedded.ts';
import { createDestination } from '../../test/support/own-destination.ts';
import { object } from '../end-to-end/load-together.ts';
import { firstLoad } from '../end-to-end/loads.ts';
import type { BenchProduct } from '../end-to-end/product.ts';
import { fetchRecords } from '../end-to-end/records.ts';
import { serverSettings } from '../settings.ts';
import { median } from './measure.ts';

const pageCacheBytesMax = 2 ** 31;

/**
 * First loads into a vendor's own Postgres, over the same into the hosted destination: in turns, each round the other one first, behind one
 * of each that is not counted. A server that was just made creates its WAL files and touches its memory for the first time.
 */
export async function measureOwnPostgres(input: { url: string; product: BenchProduct; rows: number; rounds: number }) {
  const { url, product, rows, rounds } = input;
  const dataDir = mkdtempSync(path.join(tmpdir(), 'syncline-bench-own-'));
  chmodSync(dataDir, 0o755);
  const server = await startEmbedded({ dataDir, flags: serverSettings });
  const servers = { hosted: url, own: server.url };
  try {
    const vendors = { hosted: await product.createApplication(), own: await product.createApplication() };
    const order = { objects: [{ object, interval_seconds: 86_400 }] };
    await vendors.hosted.setUpProvider(order);
    const destination = await createDestination(vendors.own, server.url);
    await vendors.own.setUpProvider({ ...order, destination_id: destination.id });
    const found = { hosted: [] as number[], own: [] as number[] };
    for (let round = -1; round < rounds; round++)
      for (const where of round % 2 === 0 ? (['hosted', 'own'] as const) : (['own', 'hosted'] as const)) {
        const account = `bench-${where}-${round}`;
        await product.control.setSize({ account, object, size: rows });
        await product.control.configure({ account, pageCacheBytesMax });
        await fetchRecords({ sandboxUrl: product.sandboxUrl, account, object, rows });
        for (const each of Object.values(servers)) await checkpoint(each);
        const worker = await product.startWorker();
        const rate = rows / (await firstLoad(vendors[where], account, rows)).seconds;
        if (round >= 0) found[where].push(rate);
        await worker.stop();
      }
    return {
      own_postgres_rows_per_second: median(found.own),
      own_postgres_over_hosted: median(found.own.map((rate, round) => rate / found.hosted[round]!)),
    };
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function checkpoint(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('checkpoint');
  await client.end();
}
