import type { Hub, IncomingRecord } from '../../src/hub/index.ts';

/** As the engine writes: ten thousand records share a transaction. */
const sliceRows = 10_000;

export interface Fill {
  provider: string;
  object: string;
  /** Names the connection and the sync. */
  name: string;
  customerId: string;
  batches: Iterable<IncomingRecord[]>;
}

/** A first full read of one connection: begun, written batch by batch, records and checkpoint together. */
export async function fill(hub: Hub, { provider, object, name, customerId, batches }: Fill): Promise<void> {
  const table = await hub.ensureTable(provider, object);
  const connection = await hub.ensureConnection({ connectionId: `conn_${name}`, customerId });
  const read = { syncId: `sync_${name}`, fence: 1n, table, connection };
  const { generation } = await hub.beginRead({ ...read, kind: 'full', checkpoint: () => ({}) });
  for (const records of batches)
    await hub.writeSlice({ ...read, generation, marksSeen: true, records, quarantined: [], checkpoint: ({ inserted }) => ({ inserted }) });
}

export function* slices(records: IncomingRecord[], rowsMax = sliceRows): Generator<IncomingRecord[]> {
  for (let from = 0; from < records.length; from += rowsMax) yield records.slice(from, from + rowsMax);
}
