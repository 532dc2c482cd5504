import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ListableHub } from '../../src/hub/context.ts';
import { createHubs, type IncomingRecord, type PutField } from '../../src/hub/index.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { fill } from './fill.ts';
import { seconds } from './measure.ts';
import { benchRecords } from './records.ts';

const loadRows = 10_000;
const sliceRows = 100;
/** What the longest write is without anybody adding anything, on the machine as it is. */
const restMs = 10_000;
const place = { provider: 'bench', object: 'contact', name: 'one', customerId: 'bench-customer' };
const field: PutField = {
  ...{ id: 'fld_bench', provider: 'bench', object: 'contact', name: 'modified', path: 'properties.hs_lastmodifieddate' },
  ...{ type: 'time', isIndexed: true },
};

/** The longest that one write of a sync waits while an indexed time field is added to a table that holds `rows` records. */
export async function measureAddField({ url, rows }: { url: string; rows: number }): Promise<Record<string, number>> {
  const hubs = createHubs({
    ...{ url, poolMax: 4, log: createLogger({ logLevel: 'warn' }) },
    clock: { now: () => new Date() },
    limits: { tombstoneDays: 30 },
  });
  try {
    const hub = await hubs.open({ id: 'bench_field', applicationId: 'bench_field', kind: 'hosted', schema: 'bench_field' });
    await fill(hub, { ...place, batches: loads(rows) });
    const writer = await startWriter(hub, rows);
    await sleep(restMs);
    const atRest = writer.take();
    const took = await seconds(() => addField(hub));
    const whileAdded = writer.take();
    await writer.stop();
    const failed = await hub.countFailedCasts({ id: field.id });
    if (failed !== null && failed > 0) throw new Error(`${failed} records have no value in the field`);
    return {
      add_field_writer_stall_ms: Math.max(...whileAdded),
      add_field_writer_rest_ms: Math.max(...atRest),
      add_field_seconds: took,
      add_field_writes_over_rest: whileAdded.length / took / (atRest.length / (restMs / 1000)),
    };
  } finally {
    await hubs.close();
  }
}

async function addField(hub: ListableHub): Promise<void> {
  await hub.putField(field);
  while ((await hub.fillField({ id: field.id, msMax: 10_000 })).remaining);
  await hub.indexField({ id: field.id });
  await hub.finishField(field);
}

function* loads(rows: number): Generator<IncomingRecord[]> {
  for (let at = 0; at < rows; at += loadRows) yield benchRecords(at, Math.min(loadRows, rows - at));
}

/** Changes a hundred records at a time, all over the table, and notes how long each write took. */
async function startWriter(hub: ListableHub, rows: number): Promise<{ take(): number[]; stop(): Promise<void> }> {
  const table = await hub.ensureTable(place.provider, place.object);
  const connection = await hub.ensureConnection({ connectionId: `conn_${place.name}`, customerId: place.customerId });
  const read = { syncId: `sync_${place.name}`, fence: 2n, table, connection };
  const { generation } = await hub.beginRead({ ...read, kind: 'incremental', checkpoint: () => ({}) });
  let times: number[] = [];
  let isWriting = true;
  const writing = (async () => {
    for (let version = 1; isWriting; version++) {
      const askedSeq = await hub.lastDrawnSeq();
      const from = (version * 7_919) % Math.max(1, rows - sliceRows);
      const records = benchRecords(from, sliceRows).map((one) => changed(one, version, askedSeq));
      const begun = performance.now();
      await hub.writeSlice({ ...read, generation, marksSeen: false, records, quarantined: [], checkpoint: () => ({ version }) });
      times.push(performance.now() - begun);
    }
  })();
  return {
    take() {
      const taken = times;
      times = [];
      return taken;
    },
    async stop() {
      isWriting = false;
      await writing;
    },
  };
}

function changed(record: IncomingRecord, version: number, askedSeq: bigint): IncomingRecord {
  const raw = Buffer.from(`${record.raw.toString('utf8').slice(0, -1)},"version":${version}}`);
  return { ...record, raw, hash: createHash('md5').update(raw).digest().toString('latin1'), askedSeq };
}
