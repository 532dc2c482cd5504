import type pg from 'pg';
import { CopyOut } from './copy-out.ts';
import type { HubHandle } from './handle.ts';
import { literal } from './layout.ts';
import { pageColumns, pageWriter, type WrittenPage } from './page-writer.ts';
import type { HubConnection, HubTable } from './types.ts';

/** The session's setting that carries the customer's id into the page's statement. */
export const customerSetting = 'syncline.customer_id';

export interface PageQuery {
  customerId?: string | undefined;
  connection: HubConnection | null;
  after: bigint;
  upTo: bigint;
  pageSize: number;
  modifiedAfter?: Date | undefined;
  includeDeleted: boolean;
}

export interface ReadPage {
  page: WrittenPage;
  /** The whole answer, closed with what stands behind the records. */
  finish(closing: string): Buffer;
}

/** A page that shows connections for the first time in this process is read twice: the second time it knows them all. */
const attemptsMax = 3;
const connectionIdsMax = 100_000;

/**
 * Keyset on seq, in one statement. Its snapshot is younger than the horizon, which the caller took before on the same
 * session, together with the customer's setting.
 */
export async function readPage(hub: HubHandle, client: pg.PoolClient, table: HubTable, query: PageQuery): Promise<ReadPage> {
  const text = `copy (${pageSelect(hub, table, query)}) to stdout (format binary)`;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const writer = pageWriter({ pageSize: query.pageSize, connectionIds: hub.connectionIds });
    await client.query(new CopyOut(text, writer.onRow)).done;
    const page = writer.page();
    if (page.unknownConnections.size === 0) return { page, finish: writer.finish };
    await learnConnections(hub, client, page.unknownConnections);
  }
  throw new Error('a page names connections that the hub does not have');
}

async function learnConnections(hub: HubHandle, client: pg.PoolClient, numbers: Set<number>): Promise<void> {
  const { rows } = await client.query<{ number: number; connection_id: string }>(
    `select number, connection_id from ${hub.names.connection} where number = any ($1::int4[])`,
    [[...numbers]],
  );
  if (hub.connectionIds.size + rows.length > connectionIdsMax) hub.connectionIds.clear();
  for (const { number, connection_id } of rows) hub.connectionIds.set(number, connection_id);
}

/**
 * COPY takes no parameters. Numbers, times and names of ours are written into the text; a customer's id, the only text that
 * comes from outside, is handed over as a setting of the session. The first row is the registry's: the highest dropped
 * tombstone, in the page's own snapshot. `raw` is not cast to text: jsonb's own output is half the work.
 */
export function pageSelect(hub: Pick<HubHandle, 'names'>, table: HubTable, query: PageQuery): string {
  const { order, conditions } = rangeOf(query);
  if (query.connection) conditions.push(`t._syncline_connection = ${query.connection.number}`);
  if (query.modifiedAfter)
    conditions.push(`t._syncline_synced_at >= 'epoch'::timestamptz + ${query.modifiedAfter.getTime()} * interval '1 millisecond'`);
  if (!query.includeDeleted) conditions.push('t._syncline_deleted_at is null');
  return `
    select h.dropped_seq, null::int4, null::text, null::text, null::timestamptz, null::timestamptz, null::timestamptz, null::bool, null::jsonb
    from ${hub.names.table} h
    where h.name = ${literal(table.name)}
    union all
    (select ${pageColumns.map((column) => `t.${column}`).join(', ')}
     from ${hub.names.record(table.name)} t
     where ${conditions.join(' and ')}
     order by ${order}
     limit ${query.pageSize + 1})`;
}

/**
 * For one customer the bounds are pairs, which only the index on (customer, seq) can serve: with two conditions the planner
 * may walk the index on seq through everybody else's rows.
 */
function rangeOf(query: PageQuery): { order: string; conditions: string[] } {
  if (query.customerId === undefined)
    return { order: 't._syncline_seq', conditions: [`t._syncline_seq > ${query.after}`, `t._syncline_seq <= ${query.upTo}`] };
  const order = 't._syncline_customer_id, t._syncline_seq';
  const customer = `current_setting(${literal(customerSetting)})`;
  return { order, conditions: [`(${order}) > (${customer}, ${query.after}::int8)`, `(${order}) <= (${customer}, ${query.upTo}::int8)`] };
}
