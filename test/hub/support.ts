import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Clock } from '../../src/base/clock.ts';
import type { ListableHub, UnifiedViews } from '../../src/hub/context.ts';
import { idHashArray, textArray } from '../../src/hub/encode.ts';
import { createHubs } from '../../src/hub/index.ts';
import type { ListPageInput } from '../../src/hub/list-page.ts';
import type { BegunRead, HubConnection, HubTable, IncomingRecord, RecordBatch, SliceInput, WriteFacts } from '../../src/hub/types.ts';
import { createLogger, type Logger } from '../../src/ops/logger.ts';
import { testPool } from '../support/pool.ts';

export interface HubUnderTest {
  hub: ListableHub;
  pool: pg.Pool;
  clock: Clock & { set(to: Date): void };
  open(schema: string): Promise<ListableHub>;
  /** Rows of a record table, or of anything else in the hub's schema. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** A hub of its own in the given database. `hub_test` is its schema; statements of tests name it. */
export async function openTestHub(
  url: string,
  {
    poolMax = 12,
    schema = 'hub_test',
    unifiedViews,
    log = createLogger({ logLevel: 'silent' }),
  }: { poolMax?: number; schema?: string; unifiedViews?: UnifiedViews; log?: Logger } = {},
): Promise<HubUnderTest> {
  let now: Date | null = null;
  const clock = {
    now: () => now ?? new Date(),
    set(to: Date) {
      now = to;
    },
  };
  const hubs = createHubs({
    url,
    poolMax,
    log,
    clock,
    limits: { tombstoneDays: 30 },
    ...(unifiedViews ? { unifiedViews: () => unifiedViews } : {}),
  });
  const open = (name: string) => hubs.open({ id: `dst_${name}`, applicationId: `app_${name}`, kind: 'hosted', schema: name });
  const pool = testPool(url, { max: 6, options: `-c TimeZone=UTC -c search_path=${schema}` });
  return {
    hub: await open(schema),
    pool,
    clock,
    open,
    sql: async (text, values) => (await pool.query(text, values)).rows,
    async close() {
      await hubs.close();
      await pool.end();
    },
  };
}

export interface Read {
  table: HubTable;
  connection: HubConnection;
  syncId: string;
  fence: bigint;
  begun: BegunRead;
}

/** Begins a read of one connection's object, as a worker does. */
export async function beginTestRead(
  hub: ListableHub,
  {
    sync = 'sync_1',
    fence = 1n,
    object = 'contact',
    connectionId = 'conn_1',
    customerId = 'acme',
    kind = 'full' as 'full' | 'incremental',
  } = {},
): Promise<Read> {
  const table = await hub.ensureTable('crm', object);
  const connection = await hub.ensureConnection({ connectionId, customerId });
  const begun = await hub.beginRead({ syncId: sync, fence, table, connection, kind, checkpoint: () => ({ at: 'begin' }) });
  return { table, connection, syncId: sync, fence, begun };
}

export async function write(hub: ListableHub, read: Read, records: IncomingRecord[], rest: Partial<SliceInput> = {}): Promise<WriteFacts> {
  return hub.writeSlice({
    syncId: read.syncId,
    fence: read.fence,
    table: read.table,
    connection: read.connection,
    generation: read.begun.generation,
    marksSeen: true,
    ...asRead(records),
    quarantined: [],
    checkpoint: (facts) => ({ inserted: facts.inserted }),
    ...rest,
  });
}

/** As the pages of a read come: those of plain records as batches that nobody has opened. */
function asRead(records: IncomingRecord[]): Pick<SliceInput, 'records' | 'unopened'> {
  const middle = records.length >> 1;
  const batches = [recordBatchOf(records.slice(0, middle)), recordBatchOf(records.slice(middle))].filter((batch) => batch !== null);
  return batches.length === 2 ? { records: [], unopened: { batches, open: () => records } } : { records };
}

/** null: they are not plain. */
export function recordBatchOf(records: IncomingRecord[]): RecordBatch | null {
  if (
    records.some(({ id, isDeleted, isSanitised }) => isDeleted || isSanitised || id === '' || id.includes('\u0000') || !id.isWellFormed())
  )
    return null;
  const [ids, idHashes] = [textArray(records.map(({ id }) => id)), idHashArray(records)].map((array) => array.subarray(arrayHeaderBytes));
  return { count: records.length, ids: ids!, idHashes: idHashes! };
}

const arrayHeaderBytes = 20;

/** Ends a read: what it proves about absence decides what is deleted. */
export async function end(
  hub: ListableHub,
  read: Read,
  absence: 'complete' | 'approximate' | 'none' = 'complete',
  { confirmedGone = [] as string[], rowsMax = 10_000 } = {},
) {
  return hub.deleteBatch({ ...ended(read, absence, confirmedGone), fence: read.fence, rowsMax, checkpoint: () => ({ at: 'end' }) });
}

export function ended(read: Read, absence: 'complete' | 'approximate' | 'none' = 'complete', confirmedGone: string[] = []) {
  const { syncId, table, connection, begun } = read;
  return { syncId, table, connection, ...begun, absence, confirmedGone };
}

export function record(id: string, content: unknown = { id }, rest: Partial<IncomingRecord> = {}): IncomingRecord {
  const raw = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  return {
    id,
    raw,
    hash: createHash('md5').update(raw).digest().toString('latin1'),
    modifiedAt: null,
    isDeleted: false,
    isSanitised: false,
    askedSeq: 0n,
    ...rest,
  };
}

export function many(count: number, content: (n: number) => unknown = (n) => ({ n }), from = 0): IncomingRecord[] {
  return Array.from({ length: count }, (_, i) => record(idOf(from + i), content(from + i)));
}

export function idOf(n: number): string {
  return `r${String(n).padStart(7, '0')}`;
}

export interface Listed {
  seq: string;
  customer_id: string;
  connection_id: string;
  record_id: string;
  modified_at: string | null;
  synced_at: string;
  deleted_at: string | null;
  is_sanitised?: boolean;
  record: unknown;
}

export async function list(hub: ListableHub, input: Partial<ListPageInput> = {}) {
  const page = await hub.listPage({ provider: 'crm', object: 'contact', pageSize: 100, includeDeleted: true, ...input });
  return { ...page, data: (JSON.parse(page.body.toString()) as { data: Listed[] }).data };
}

/** Follows the cursor to the end of what is there. */
export async function listAll(hub: ListableHub, input: Partial<ListPageInput> = {}) {
  const data: Listed[] = [];
  for (let page = await list(hub, input); ; page = await list(hub, { ...input, cursor: page.nextCursor })) {
    data.push(...page.data);
    if (!page.hasMore) return { data, cursor: page.nextCursor };
  }
}
