import { copyRecords } from './copy.ts';
import type { HubHandle } from './handle.ts';
import { isDuplicateKey, refusalOf } from './refusal.ts';
import type { HubTx } from './transaction.ts';
import type { HubConnection, HubTable, IncomingRecord, QuarantinedRecord } from './types.ts';
import { type Upserted, upsertRecords } from './upsert.ts';

const upsertRowsMax = 1000;
const upsertBytesMax = 4 * 1024 * 1024;

export interface Place {
  table: HubTable;
  connection: HubConnection;
  syncedAt: Date;
  /** Only these fields make a difference; absent: all of them. */
  observed?: readonly string[] | undefined;
}

/** What writing did. `refused` are records that Postgres, or something the vendor added to the table, would not take. */
export interface Written {
  inserted: number;
  updated: number;
  firstSeq: bigint | null;
  lastSeq: bigint | null;
  refused: QuarantinedRecord[];
  /** What was new or different in its bytes, written or not. */
  changed: readonly IncomingRecord[];
  /** Older versions of what the same read had met before: left out. */
  duplicates: number;
}

export const nothingWritten: Written = { inserted: 0, updated: 0, firstSeq: null, lastSeq: null, refused: [], changed: [], duplicates: 0 };

export const freshSavepoint = 'fresh';

/** Straight in by COPY, behind its savepoint. null: a key was there already (another path was faster), or a value was refused; nothing is written then. */
export async function copyFresh(hub: HubHandle, tx: HubTx, place: Place, records: IncomingRecord[]): Promise<Written | null> {
  try {
    const { first, last } = await copyRecords(hub, tx, place, records);
    return { ...nothingWritten, inserted: records.length, changed: records, firstSeq: BigInt(first), lastSeq: BigInt(last) };
  } catch (error) {
    if (!isDuplicateKey(error) && !refusalOf(error)) throw error;
    await tx.query(`rollback to savepoint ${freshSavepoint}`);
    return null;
  }
}

/** In batches; a refused value is found by halving its batch, so that everything else of it is written. */
export async function upsertChanged(hub: HubHandle, tx: HubTx, place: Place, records: IncomingRecord[]): Promise<Written> {
  let written = nothingWritten;
  for (const batch of batchesOf(records)) written = add(written, await upsertOrHalve(hub, tx, place, batch));
  return { ...written, changed: records };
}

async function upsertOrHalve(hub: HubHandle, tx: HubTx, place: Place, records: IncomingRecord[]): Promise<Written> {
  await tx.query('savepoint batch');
  try {
    const upserted = await upsertRecords(hub, tx, place, records);
    await tx.query('release savepoint batch');
    return writtenOf(upserted);
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    await tx.query('rollback to savepoint batch');
    const [only] = records;
    if (records.length === 1) return { ...nothingWritten, refused: [{ id: only!.id, raw: only!.raw, ...refusal, record: only! }] };
  }
  const middle = records.length >> 1;
  const first = await upsertOrHalve(hub, tx, place, records.slice(0, middle));
  return add(first, await upsertOrHalve(hub, tx, place, records.slice(middle)));
}

function* batchesOf(records: IncomingRecord[]): Generator<IncomingRecord[]> {
  let from = 0;
  let bytes = 0;
  for (let at = 0; at < records.length; at++) {
    const size = records[at]!.raw.length;
    if (at > from && (at - from >= upsertRowsMax || bytes + size > upsertBytesMax)) {
      yield records.slice(from, at);
      from = at;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < records.length) yield records.slice(from);
}

function writtenOf({ inserted, updated, first, last }: Upserted): Written {
  return {
    inserted,
    updated,
    firstSeq: first === null ? null : BigInt(first),
    lastSeq: last === null ? null : BigInt(last),
    refused: [],
    changed: [],
    duplicates: 0,
  };
}

function add(a: Written, b: Written): Written {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    firstSeq: extreme(a.firstSeq, b.firstSeq, (x, y) => x < y),
    lastSeq: extreme(a.lastSeq, b.lastSeq, (x, y) => x > y),
    refused: [...a.refused, ...b.refused],
    changed: [],
    duplicates: 0,
  };
}

function extreme(a: bigint | null, b: bigint | null, wins: (a: bigint, b: bigint) => boolean): bigint | null {
  if (a === null || b === null) return a ?? b;
  return wins(a, b) ? a : b;
}
