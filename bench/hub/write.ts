import pg from 'pg';
import { createHubs, type Hub } from '../../src/hub/index.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { fill, slices } from './fill.ts';
import { median, seconds } from './measure.ts';
import { rawCopy } from './raw-copy.ts';
import { benchRecords } from './records.ts';

/** Change batches → hub, one writer and two at once (each its own connection, sync and session), over one raw COPY stream. */
export async function measureHubWrite({
  url,
  rows,
  rounds,
}: {
  url: string;
  rows: number;
  rounds: number;
}): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const hubs = createHubs({
    ...{ url, poolMax: 4, log: createLogger({ logLevel: 'warn' }) },
    clock: { now: () => new Date() },
    limits: { tombstoneDays: 30 },
  });
  const records = benchRecords(0, rows);
  const halves = [records.slice(0, rows / 2), records.slice(rows / 2)];
  const found = { copy: [] as number[], one: [] as number[], two: [] as number[] };
  const write = (hub: Hub, name: string, batch: typeof records) =>
    fill(hub, { provider: 'bench', object: 'contact', name, customerId: name, batches: slices(batch) });
  try {
    for (let round = 0; round < rounds; round++) {
      const schema = `bench_write_${round}`;
      found.copy.push(rows / (await rawCopy(client, records)));
      await client.query(`drop table bench_copy; drop schema if exists ${schema} cascade; checkpoint`);
      const hub = await hubs.open({ id: schema, applicationId: schema, kind: 'hosted', schema });
      found.one.push(rows / (await seconds(() => write(hub, 'one', records))));
      await client.query('checkpoint');
      found.two.push(rows / (await seconds(() => Promise.all(halves.map((half, n) => write(hub, `two_${n}`, half))))));
      await client.query(`drop schema ${schema} cascade`);
    }
  } finally {
    await hubs.close();
    await client.end();
  }
  const over = (rates: number[]) => median(rates.map((rate, round) => rate / found.copy[round]!));
  return {
    copy_rows_per_second: median(found.copy),
    hub_write_rows_per_second: median(found.one),
    hub_write_over_copy: over(found.one),
    hub_write_2_rows_per_second: median(found.two),
    hub_write_2_over_copy: over(found.two),
  };
}
