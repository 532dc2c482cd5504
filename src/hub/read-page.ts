import type pg from 'pg';
import { ident } from '../db/sql.ts';
import { learnConnections, unknownConnection } from './connection-ids.ts';
import { CopyOut } from './copy-out.ts';
import type { HubHandle } from './handle.ts';
import { literal } from './layout.ts';
import type { FieldCondition } from './listing/conditions.ts';
import { fewMatches } from './listing/few-matches.ts';
import { filterSql, valueSql } from './listing/filter-sql.ts';
import { membersCte, type Projection } from './listing/projection.ts';
import { pageColumns, pageWriter, type WrittenPage } from './page-writer.ts';
import type { HubConnection, HubTable } from './types.ts';

/** The session's setting that carries the customer's id into the page's statement. */
export const customerSetting = 'syncline.customer_id';

/** Which records are meant. */
interface RecordsQuery {
  customerId?: string | undefined;
  connection: HubConnection | null;
  modifiedAfter?: Date | undefined;
  modifiedBefore?: Date | undefined;
  includeDeleted: boolean;
  /** On declared fields. */
  conditions?: readonly FieldCondition[];
}

export interface PageQuery extends RecordsQuery {
  after: bigint;
  upTo: bigint;
  pageSize: number;
  /** The part of each record that is shown; absent: the whole. */
  projection?: Projection | null;
  /** The rows to read from, where few records meet a filter; absent: the table. */
  few?: string | null;
}

export interface ReadPage {
  page: WrittenPage;
  /** The whole answer, closed with what stands behind the records. */
  finish(closing: string): Buffer;
}

/** A page that shows connections for the first time in this process is read twice: the second time it knows them all. */
const attemptsMax = 3;

/**
 * Keyset on seq, in one statement. Its snapshot is younger than the horizon, which the caller took before on the same
 * session, together with the customer's setting.
 */
export async function readPage(hub: HubHandle, client: pg.PoolClient, table: HubTable, query: PageQuery): Promise<ReadPage> {
  const { conditions = [], upTo } = query;
  const from = hub.names.record(table.name);
  const few = conditions.length > 0 && rareOf(conditions) < 0 ? await fewMatches(client, { table: from, conditions, upTo }) : null;
  return readRows(hub, client, { select: pageSelect(hub, table, { ...query, few }), pageSize: query.pageSize });
}

interface RowsQuery {
  /** Of `pageColumns`. */
  select: string;
  pageSize: number;
  /** Hears of every record; what an attempt before told is void when it begins anew. */
  listener?: (() => (recordId: string, connection: number) => void) | undefined;
}

/** The rows of a statement, written into the body of an answer. */
export async function readRows(hub: HubHandle, client: pg.PoolClient, { select, pageSize, listener }: RowsQuery): Promise<ReadPage> {
  const text = `copy (${select}) to stdout (format binary)`;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const writer = pageWriter({ pageSize, connectionIds: hub.connectionIds, onRecord: listener?.() });
    await client.query(new CopyOut(text, writer.onRow)).done;
    const page = writer.page();
    if (page.unknownConnections.size === 0) return { page, finish: writer.finish };
    await learnConnections(hub, client, page.unknownConnections);
  }
  throw unknownConnection();
}

/**
 * COPY takes no parameters. Numbers, times and names of ours are written into the text; a customer's id and the values of filters, which
 * come from outside, are handed over as settings of the session. The first row is the registry's: the highest dropped
 * tombstone, in the page's own snapshot. `raw` is not cast to text: jsonb's own output is half the work.
 */
export function pageSelect(hub: Pick<HubHandle, 'names'>, table: HubTable, query: PageQuery): string {
  const { order, where } = pageRange(query);
  return `
    ${query.projection ? `with ${membersCte}` : ''}
    select h.dropped_seq, null::int4, null::text, null::text, null::timestamptz, null::timestamptz, null::timestamptz, null::bool, null::jsonb
    from ${hub.names.table} h
    where h.name = ${literal(table.name)}
    union all
    (select ${columnsOf(query)}
     from ${query.few ?? hub.names.record(table.name)} t
     where ${where.join(' and ')}
     order by ${order}
     limit ${query.pageSize + 1})`;
}

/** The order of a page and what its rows fulfil, of a table `t`. The settings must have been handed over. */
export function pageRange(query: PageQuery): { order: string; where: string[] } {
  const { order, conditions } = rangeOf(query);
  return { order, where: [...conditions, ...otherConditions(query)] };
}

export function columnsOf({ projection }: Pick<PageQuery, 'projection'>): string {
  return pageColumns.map((column) => (column === 'raw' && projection ? projection.sql : `t.${column}`)).join(', ');
}

/** All of what narrows, of a table `t`. The settings must have been handed over. */
export function recordConditions(query: RecordsQuery): string[] {
  return [...(query.customerId === undefined ? [] : [ofCustomer]), ...otherConditions(query), ...filterSql(query.conditions ?? []), 'true'];
}

const customer = `current_setting(${literal(customerSetting)})`;
const ofCustomer = `t._syncline_customer_id = ${customer}`;

function otherConditions({ connection, modifiedAfter, modifiedBefore, includeDeleted }: RecordsQuery): string[] {
  const conditions: string[] = [];
  if (connection) conditions.push(`t._syncline_connection = ${connection.number}`);
  if (modifiedAfter) conditions.push(`t._syncline_synced_at >= ${timeSql(modifiedAfter)}`);
  if (modifiedBefore) conditions.push(`t._syncline_synced_at < ${timeSql(modifiedBefore)}`);
  if (!includeDeleted) conditions.push('t._syncline_deleted_at is null');
  return conditions;
}

function timeSql(time: Date): string {
  return `'epoch'::timestamptz + ${time.getTime()} * interval '1 millisecond'`;
}

/**
 * For one customer, and for one value of a field, the bounds are pairs and nothing but pairs, which only the index on (customer, seq) or
 * (field, seq) can serve: with two conditions the planner may walk the index on seq through everybody else's rows. A value of
 * a field is rarer than a customer, but for a boolean.
 */
function rangeOf(query: PageQuery): { order: string; conditions: string[] } {
  const { conditions = [], after, upTo } = query;
  const fields = filterSql(conditions);
  const rare = rareOf(conditions);
  if (rare >= 0) {
    const { order, bounds } = pairsOf(query, `t.${ident(conditions[rare]!.column)}`, valueSql(conditions[rare]!, rare));
    return { order, conditions: [...bounds, ...(query.customerId === undefined ? [] : [ofCustomer]), ...fields.toSpliced(rare, 1)] };
  }
  const bySeq = { order: 't._syncline_seq', conditions: [`t._syncline_seq > ${after}`, `t._syncline_seq <= ${upTo}`, ...fields] };
  if (query.few && query.customerId !== undefined) return { ...bySeq, conditions: [...bySeq.conditions, ofCustomer] };
  if (query.customerId === undefined) return bySeq;
  const { order, bounds } = pairsOf(query, 't._syncline_customer_id', customer);
  return { order, conditions: [...bounds, ...fields] };
}

/** The condition whose value is rare: the place in the list; -1: there is none. */
function rareOf(conditions: readonly FieldCondition[]): number {
  return conditions.findIndex(({ operator, type }) => operator === 'eq' && type !== 'boolean');
}

function pairsOf({ after, upTo }: PageQuery, column: string, value: string): { order: string; bounds: string[] } {
  const order = `${column}, t._syncline_seq`;
  return { order, bounds: [`(${order}) > (${value}, ${after}::int8)`, `(${order}) <= (${value}, ${upTo}::int8)`] };
}
