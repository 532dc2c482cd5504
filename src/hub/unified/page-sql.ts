import { literal } from '../layout.ts';
import type { FieldCondition } from '../listing/conditions.ts';
import { filterSql } from '../listing/filter-sql.ts';
import type { HubNames } from '../names.ts';
import { customerSetting, type PageQuery, pageRange, recordConditions } from '../read-page.ts';
import type { CustomFieldsSql, TableBranch } from './types.ts';

/** The session's setting that carries the asked record's id into the statement. */
export const remoteIdSetting = 'syncline.remote_id';

export interface UnifiedQuery extends Omit<PageQuery, 'conditions' | 'projection' | 'few'> {
  hasRemoteId: boolean;
  /** On the model's fields. */
  fieldConditions: readonly FieldCondition[];
  includeRaw: boolean;
  customFields: CustomFieldsSql | null;
}

/** Which records are meant, wherever they stand in the feed. */
export type UnifiedRecords = Omit<UnifiedQuery, 'after' | 'upTo' | 'pageSize' | 'includeRaw' | 'customFields'>;

/**
 * A page across tables, for COPY: from each so many rows as the page has at most, by its own index, and of all these the first. What
 * mappings read is taken from those only. One table alone is in order already. The first row has no connection: it is the registry's.
 */
export function unifiedSelect(names: HubNames, tables: readonly TableBranch[], query: UnifiedQuery): string {
  const { pageSize, includeRaw, customFields } = query;
  const registered = tables.map(({ table }) => literal(table.name)).join(', ');
  const byBranch = (sqlOf: (one: TableBranch) => string) =>
    `case u.branch ${tables.map((one, i) => `when ${i} then ${sqlOf(one)}`).join(' ')} end`;
  return `
    select max(h.dropped_seq), null::int4, null::text, null::text, null::timestamptz, null::timestamptz, null::int4, null::text[], null::jsonb, null::jsonb
    from ${names.table} h
    where h.name in (${registered})
    union all
    (select u.seq, u.connection, u.customer_id, u.record_id, u.synced_at, u.deleted_at, u.branch,
            ${byBranch(({ branch }) => shown(branch, 'u.raw'))},
            ${customFields ? byBranch(({ branch }) => customFields(names, branch.provider)) : 'null::jsonb'},
            ${includeRaw ? 'u.raw' : 'null::jsonb'}
     from (${tables.map((one, i) => branchSelect(names, one, i, query)).join(' union all ')}) u
     ${tables.length === 1 ? '' : `order by u.seq limit ${pageSize + 1}`})`;
}

/** The rows of all tables that are meant, at most so many: to be counted. */
export function unifiedCountSelect(names: HubNames, tables: readonly TableBranch[], query: UnifiedRecords, limit: number): string {
  const selects = tables.map((one) => {
    const { from, where } = rowsOf(names, one, query);
    return `(select 1 from ${from} where ${[...recordConditions(query), ...where].join(' and ')} limit ${limit})`;
  });
  return `select 1 from (${selects.join(' union all ')}) u limit ${limit}`;
}

/** A record that is not of the model gives no sources: whoever keeps a copy is told to let it go. */
function shown({ texts, where }: TableBranch['branch'], raw: string): string {
  return where ? `case when ${where(raw)} then ${texts(raw)} end` : texts(raw);
}

function branchSelect(names: HubNames, one: TableBranch, place: number, query: UnifiedQuery): string {
  const { order, where } = pageRange(query);
  const rows = rowsOf(names, one, query);
  return `(select t._syncline_seq as seq, t._syncline_connection as connection, t._syncline_customer_id as customer_id,
            t._syncline_record_id as record_id, t._syncline_synced_at as synced_at, t._syncline_deleted_at as deleted_at,
            ${place}::int4 as branch, t.raw
     from ${rows.from}
     where ${[...where, ...rows.where].join(' and ')}
     order by ${order}
     limit ${query.pageSize + 1})`;
}

/** The rows of a table as `t`, and what they fulfil beyond what every listing asks. */
function rowsOf(names: HubNames, { branch, table }: TableBranch, query: UnifiedRecords): { from: string; where: string[] } {
  const { hasRemoteId, fieldConditions, includeDeleted } = query;
  const rows = `${hasRemoteId ? byRemoteId(names, names.record(table.name), query) : names.record(table.name)} t`;
  // Who follows changes must hear of a record that has left the model, or that was emptied: only who does not is spared them.
  const ofModel = !includeDeleted && branch.where ? [branch.where('t.raw')] : [];
  if (fieldConditions.length === 0) return { from: rows, where: ofModel };
  // What the conditions read is taken from the record once, in a sub-select that the planner does not pull apart.
  const { sources, sqlOf } = branch.columns([...new Set(fieldConditions.map(({ column }) => column))], 't.raw');
  // What is not of the model has no fields, so it meets no condition on them.
  const isOfModel = branch.where ? [branch.where('t.raw')] : [];
  return { from: `${rows} cross join lateral (select ${sources} offset 0) f`, where: [...isOfModel, ...filterSql(fieldConditions, sqlOf)] };
}

/** By the key, connection by connection: an index on the record's id alone does not exist. */
function byRemoteId(names: HubNames, table: string, { customerId, connection }: UnifiedRecords): string {
  const owners = [
    ...(customerId === undefined ? [] : [`c.customer_id = current_setting(${literal(customerSetting)})`]),
    ...(connection ? [`c.number = ${connection.number}`] : []),
    'true',
  ];
  return `(select r.*
      from ${names.connection} c
      join ${table} r on r._syncline_connection = c.number and r._syncline_record_id = current_setting(${literal(remoteIdSetting)})
      where ${owners.join(' and ')}
      offset 0)`;
}
